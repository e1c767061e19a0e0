/**
 * The ledger of commands. What was issued to a vehicle stands here; the broker only carries it. It also says what a stopped
 * process or a lost message has left behind: open commands, and vehicles that stand unlocked.
 */
import { statesBefore } from '@holdfast/service/domain'
import type { Queryable, Transaction } from '@holdfast/service/postgres'
import { type Command, type CommandMoveName, commandMoves, openStates, purposes, rulesOf } from '../domain/command.ts'

/** For a table `c`. */
const commandColumns = `
  c.id, c.vehicle_id as "vehicleId", c.booking_id as "bookingId", c.rider_id as "riderId", c.request_id as "requestId",
  c.action, c.purpose, c.state, c.refusal_code as "refusalCode", c.epoch, c.counter, c.requested_at as "requestedAt",
  c.expires_at as "expiresAt", c.settled_at as "settledAt", c.traceparent`

const openStatesInSql = openStates.map((state) => `'${state}'`).join(', ')

async function readOne(db: Queryable, name: string, where: string, values: unknown[]): Promise<Command | null> {
  const text = `select ${commandColumns} from fleet.command c where ${where}`
  return (await db.query<Command>({ name, text, values })).rows[0] ?? null
}

/** The command that was issued for this request of the rider. */
export const commandOfRequest = (db: Queryable, riderId: string, requestId: string) =>
  readOne(db, 'command of request', 'c.rider_id = $1 and c.request_id = $2', [riderId, requestId])

/** The vehicle's open command. */
export const openCommandOf = (db: Queryable, vehicleId: string) =>
  readOne(db, 'open command', `c.vehicle_id = $1 and c.state in (${openStatesInSql})`, [vehicleId])

/** The booking's newest command. */
export const latestCommand = (db: Queryable, bookingId: string) =>
  readOne(db, 'latest command', 'c.booking_id = $1 order by c.requested_at desc, c.counter desc limit 1', [bookingId])

/** The command with this id; null when it was not issued to that vehicle. */
export const commandForUpdate = (tx: Transaction, id: string, vehicleId: string) =>
  readOne(tx, 'command for update', 'c.id = $1 and c.vehicle_id = $2 for no key update', [id, vehicleId])

/**
 * Newest first. A rider who issued one command of a booking sees all of them, also those that Holdfast issued. Commands of
 * all riders when `riderId` is null.
 */
export async function commandsOfRider(
  db: Queryable,
  riderId: string | null,
  by: 'id' | 'booking_id',
  ids: readonly string[],
): Promise<Command[]> {
  const { rows } = await db.query<Command>({
    name: `commands of rider by ${by}`,
    text: `
      select ${commandColumns} from fleet.command c
      where c.${by} = any($1::uuid[]) and ($2::uuid is null or exists (
        select from fleet.command own where own.booking_id = c.booking_id and own.rider_id = $2))
      order by c.requested_at desc, c.counter desc`,
    values: [ids, riderId],
  })
  return rows
}

/** Writes a command for a vehicle that was read for update, with the vehicle's next counter. */
export async function insertCommand(
  tx: Transaction,
  command: Omit<Command, 'counter' | 'state' | 'refusalCode' | 'settledAt'>,
): Promise<Command> {
  const { rows } = await tx.query<Command>({
    name: 'insert command',
    text: `
      with counted as (
        update fleet.vehicle set command_counter = command_counter + 1 where id = $2 returning command_counter
      )
      insert into fleet.command as c
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
  const [inserted] = rows
  if (!inserted) throw new Error('a command for a vehicle that does not exist')
  return inserted
}

/** Moves a command; null when it was no longer in a state from which this move leads. */
export async function moveCommand(
  db: Queryable,
  id: string,
  name: CommandMoveName,
  at: Date,
  refusalCode: string | null = null,
): Promise<Command | null> {
  const target = commandMoves.find((move) => move.name === name)?.to
  const { rows } = await db.query<Command>({
    name: 'move command',
    text: `
      update fleet.command c
      set state = $2::fleet.command_state,
        refusal_code = $3,
        sent_at = case when $2::fleet.command_state = 'SENT' then $4 else sent_at end,
        settled_at = case when $2::fleet.command_state not in (${openStatesInSql}) then $4 end
      where id = $1 and state = any($5)
      returning ${commandColumns}`,
    values: [id, target, refusalCode, at, statesBefore(commandMoves, name)],
  })
  return rows[0] ?? null
}

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
