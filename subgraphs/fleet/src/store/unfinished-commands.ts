/** What a stopped process or a lost message leaves behind: open commands, and vehicles that stand unlocked. */
import type { Queryable } from '@holdfast/service/postgres'
import { type Command, purposes, rulesOf } from '../domain/command.ts'
import { commandColumns, openStatesInSql } from './commands.ts'

/** Open commands that were never sent, were sent a while ago without an ack, or have expired. */
export async function commandsDue(
  db: Queryable,
  before: { readonly unsent: Date; readonly unanswered: Date; readonly expired: Date },
): Promise<{ command: Command; deviceId: string }[]> {
  const { rows } = await db.query<Command & { deviceId: string }>({
    name: 'commands due',
    text: `
      select ${commandColumns}, v.device_id as "deviceId"
      from fleet.command c join fleet.vehicle v on v.id = c.vehicle_id
      where c.state in (${openStatesInSql})
        and (c.expires_at < $3
          or (c.state = 'REQUESTED' and c.requested_at < $1)
          or (c.state in ('SENT', 'ACCEPTED') and coalesce(c.sent_at, c.requested_at) < $2))
      order by c.expires_at
      limit 200`,
    values: [before.unsent, before.unanswered, before.expired],
  })
  return rows.map(({ deviceId, ...command }) => ({ command, deviceId }))
}

/** Notes that a command was sent once more. */
export async function markResent(db: Queryable, id: string, at: Date): Promise<void> {
  await db.query({
    name: 'mark resent',
    text: `update fleet.command set sent_at = $2 where id = $1 and state in (${openStatesInSql})`,
    values: [id, at],
  })
}

const movesLock = purposes.filter((purpose) => rulesOf[purpose].lockAfter !== null)

/**
 * Reachable vehicles that are unlocked although nobody rides them, with the booking of the last command that moved their
 * lock. Left out while that command is open, or was issued after `issuedBefore`.
 */
export async function unlockedWithoutTrip(db: Queryable, issuedBefore: Date) {
  const { rows } = await db.query<{ vehicleId: string; bookingId: string }>({
    name: 'unlocked without trip',
    text: `
      select v.id as "vehicleId", last.booking_id as "bookingId"
      from fleet.vehicle v
      cross join lateral (
        select c.booking_id, c.requested_at, c.state
        from fleet.command c where c.vehicle_id = v.id and c.purpose = any($2) order by c.counter desc limit 1
      ) last
      where v.lock = 'UNLOCKED' and v.state <> 'ON_TRIP' and v.contact = 'ONLINE'
        and last.state not in (${openStatesInSql}) and last.requested_at < $1
      limit 50`,
    values: [issuedBefore, movesLock],
  })
  return rows
}
