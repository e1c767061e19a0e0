/** The ledger of commands. It is the truth of what a vehicle was told; the broker only carries it. */
import type { Queryable, Transaction } from '@holdfast/service/postgres'
import { type Command, type CommandMoveName, from, openStates } from '../domain/command.ts'

export interface CommandRow {
  id: string
  vehicle_id: string
  booking_id: string
  rider_id: string | null
  request_id: string | null
  action: Command['action']
  purpose: Command['purpose']
  state: Command['state']
  refusal_code: string | null
  epoch: string
  counter: number
  requested_at: Date
  expires_at: Date
  settled_at: Date | null
  traceparent: string | null
}

const commandColumns = `id, vehicle_id, booking_id, rider_id, request_id, action, purpose, state, refusal_code, epoch,
  counter, requested_at, expires_at, settled_at, traceparent`

export const asCommand = (row: CommandRow): Command => ({
  id: row.id,
  vehicleId: row.vehicle_id,
  bookingId: row.booking_id,
  riderId: row.rider_id,
  requestId: row.request_id,
  action: row.action,
  purpose: row.purpose,
  state: row.state,
  refusalCode: row.refusal_code,
  epoch: row.epoch,
  counter: row.counter,
  requestedAt: row.requested_at,
  expiresAt: row.expires_at,
  settledAt: row.settled_at,
  traceparent: row.traceparent,
})

const open = openStates.map((state) => `'${state}'`).join(', ')

/** The command that this request of the rider's gave, if it did. */
export async function commandOfRequest(db: Queryable, riderId: string, requestId: string): Promise<Command | null> {
  const { rows } = await db.query<CommandRow>({
    name: 'command of request',
    text: `select ${commandColumns} from fleet.command where rider_id = $1 and request_id = $2`,
    values: [riderId, requestId],
  })
  return rows[0] ? asCommand(rows[0]) : null
}

/** The command the vehicle is at. */
export async function openCommand(db: Queryable, vehicleId: string): Promise<Command | null> {
  const { rows } = await db.query<CommandRow>({
    name: 'open command',
    text: `select ${commandColumns} from fleet.command where vehicle_id = $1 and state in (${open})`,
    values: [vehicleId],
  })
  return rows[0] ? asCommand(rows[0]) : null
}

/** The booking's newest command. */
export async function latestCommand(db: Queryable, bookingId: string): Promise<Command | null> {
  const { rows } = await db.query<CommandRow>({
    name: 'latest command',
    text: `
      select ${commandColumns} from fleet.command
      where booking_id = $1
      order by requested_at desc, counter desc
      limit 1`,
    values: [bookingId],
  })
  return rows[0] ? asCommand(rows[0]) : null
}

/** The command that a vehicle answers to, locked; null when it was never given to that device. */
export async function lockCommand(tx: Transaction, id: string, vehicleId: string): Promise<Command | null> {
  const { rows } = await tx.query<CommandRow>({
    name: 'lock command',
    text: `select ${commandColumns} from fleet.command where id = $1 and vehicle_id = $2 for no key update`,
    values: [id, vehicleId],
  })
  return rows[0] ? asCommand(rows[0]) : null
}

/** Writes a command for a locked vehicle and takes its next counter. */
export async function giveCommand(
  tx: Transaction,
  command: Omit<Command, 'counter' | 'state' | 'refusalCode' | 'settledAt'>,
): Promise<Command> {
  const { rows } = await tx.query<CommandRow>({
    name: 'give command',
    text: `
      with counted as (
        update fleet.vehicle set command_counter = command_counter + 1 where id = $2 returning command_counter
      )
      insert into fleet.command
        (id, vehicle_id, booking_id, rider_id, request_id, action, purpose, epoch, counter, requested_at, expires_at, traceparent)
      select $1, $2, $3, $4, $5, $6, $7, $8, command_counter, $9, $10, $11 from counted
      returning ${commandColumns}`,
    values: [
      command.id,
      command.vehicleId,
      command.bookingId,
      command.riderId,
      command.requestId,
      command.action,
      command.purpose,
      command.epoch,
      command.requestedAt,
      command.expiresAt,
      command.traceparent,
    ],
  })
  const [row] = rows
  if (!row) throw new Error('a command for a vehicle that does not exist')
  return asCommand(row)
}

const targets = {
  send: 'SENT',
  accept: 'ACCEPTED',
  execute: 'EXECUTED',
  refuse: 'REFUSED',
  time_out: 'TIMED_OUT',
} as const satisfies Record<CommandMoveName, Command['state']>

/** Moves a command; null when it was no longer in a state from which this move leads. */
export async function moveCommand(
  db: Queryable,
  id: string,
  name: CommandMoveName,
  at: Date,
  refusalCode: string | null = null,
): Promise<Command | null> {
  const final = name === 'execute' || name === 'refuse' || name === 'time_out'
  const { rows } = await db.query<CommandRow>({
    name: 'move command',
    text: `
      update fleet.command
      set state = $2::fleet.command_state,
        refusal_code = $3,
        sent_at = case when $2::fleet.command_state = 'SENT' then $4 else sent_at end,
        settled_at = case when $5 then $4 end
      where id = $1 and state = any($6)
      returning ${commandColumns}`,
    values: [id, targets[name], refusalCode, at, final, from(name)],
  })
  return rows[0] ? asCommand(rows[0]) : null
}

/**
 * Commands that somebody must look after: never sent because the process died, sent a while ago without an answer (asked
 * again, the vehicle repeats its answer), or run out.
 */
export async function commandsDue(
  db: Queryable,
  {
    unsentBefore,
    unansweredBefore,
    expiredBefore,
  }: { unsentBefore: Date; unansweredBefore: Date; expiredBefore: Date },
): Promise<{ command: Command; deviceId: string }[]> {
  const { rows } = await db.query<CommandRow & { device_id: string }>({
    name: 'commands due',
    text: `
      select c.*, v.device_id
      from fleet.command c join fleet.vehicle v on v.id = c.vehicle_id
      where c.state in (${open})
        and (c.expires_at < $3
          or (c.state = 'REQUESTED' and c.requested_at < $1)
          or (c.state in ('SENT', 'ACCEPTED') and coalesce(c.sent_at, c.requested_at) < $2))
      order by c.expires_at
      limit 200`,
    values: [unsentBefore, unansweredBefore, expiredBefore],
  })
  return rows.map((row) => ({ command: asCommand(row), deviceId: row.device_id }))
}

/** Notes that a command was asked again. */
export async function sentAgain(db: Queryable, id: string, at: Date): Promise<void> {
  await db.query({
    name: 'sent again',
    text: `update fleet.command set sent_at = $2 where id = $1 and state in (${open})`,
    values: [id, at],
  })
}

/**
 * Reachable vehicles that stand open although nobody rides them and no command is under way, with the booking for which
 * they were opened last. Those that were told to lock after `securedAfter` are given time.
 */
export async function openWithoutTrip(
  db: Queryable,
  securedAfter: Date,
): Promise<{ vehicleId: string; bookingId: string }[]> {
  const { rows } = await db.query<{ vehicle_id: string; booking_id: string }>({
    name: 'open without trip',
    text: `
      select v.id as vehicle_id, last.booking_id
      from fleet.vehicle v
      cross join lateral (
        select c.booking_id, c.requested_at, c.state
        from fleet.command c where c.vehicle_id = v.id order by c.counter desc limit 1
      ) last
      where v.lock = 'UNLOCKED' and v.state <> 'ON_TRIP' and v.contact = 'ONLINE'
        and last.state not in (${open}) and last.requested_at < $1
      limit 50`,
    values: [securedAfter],
  })
  return rows.map(({ vehicle_id, booking_id }) => ({ vehicleId: vehicle_id, bookingId: booking_id }))
}
