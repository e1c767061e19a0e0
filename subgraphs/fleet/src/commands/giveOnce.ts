import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import { sqlState, type Transaction, transaction } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'
import { actionFor, type Command, type Purpose } from '../domain/command.ts'
import type { Vehicle } from '../domain/vehicle.ts'
import { type Change, refreshAvailability } from '../store/availability.ts'
import { commandOfRequest, giveCommand } from '../store/commands.ts'
import type { Deps } from './deps.ts'
import { send } from './send.ts'

export interface Request {
  readonly riderId: string
  readonly bookingId: string
  readonly requestId: string
}

export interface Reused {
  readonly kind: 'RequestIdReused'
}

interface Given {
  readonly command: Command
  /** Null when the command was given before. */
  readonly fresh: { readonly deviceId: string; readonly changes: readonly Change[] } | null
}

const uniqueViolation = '23505'

/**
 * Gives a vehicle a command, once per request however often it is asked. `lock` finds and locks the vehicle, `judge` says
 * whether it may be given and to which boot epoch it is bound. The command is in the ledger before the broker hears of it.
 */
export async function giveOnce<R>(
  deps: Deps,
  request: Request,
  purpose: Purpose,
  lock: (tx: Transaction) => Promise<Outcome<Vehicle, R>>,
  judge: (tx: Transaction, vehicle: Vehicle) => Promise<Outcome<{ readonly epoch: string }, R>>,
): Promise<Outcome<Command, R | Reused>> {
  const before = repeated(await commandOfRequest(deps.pool, request.riderId, request.requestId), request, purpose)
  if (before) return before

  const given = await transaction(deps.pool, async (tx): Promise<Outcome<Given, R | Reused>> => {
    const vehicle = await lock(tx)
    if (!vehicle.ok) return vehicle
    // The same request twice at once: the second waited for the vehicle and finds what the first has written.
    const meanwhile = repeated(await commandOfRequest(tx, request.riderId, request.requestId), request, purpose)
    if (meanwhile) return meanwhile.ok ? accept({ command: meanwhile.value, fresh: null }) : meanwhile
    const judged = await judge(tx, vehicle.value)
    if (!judged.ok) return judged
    const requestedAt = deps.now()
    const command = await giveCommand(tx, {
      ...request,
      id: deps.newId(),
      vehicleId: vehicle.value.id,
      action: actionFor[purpose],
      purpose,
      epoch: judged.value.epoch,
      requestedAt,
      expiresAt: new Date(requestedAt.getTime() + deps.commandTtlMs),
      traceparent: traceparent() ?? null,
    })
    const changes = await refreshAvailability(tx, [vehicle.value.id], requestedAt, deps.listing)
    return accept({ command, fresh: { deviceId: vehicle.value.deviceId, changes } })
  }).catch((err: unknown) => {
    // One request id for two vehicles at the same moment.
    if (sqlState(err) === uniqueViolation) return refuse<Reused>({ kind: 'RequestIdReused' })
    throw err
  })
  if (!given.ok) return given

  const { command, fresh } = given.value
  if (!fresh) return accept(command)
  const [sent] = await Promise.all([send(deps, command, fresh.deviceId), deps.announce.changes(fresh.changes)])
  return accept(sent)
}

function repeated(before: Command | null, { bookingId }: Request, purpose: Purpose): Outcome<Command, Reused> | null {
  if (!before) return null
  return before.bookingId === bookingId && before.purpose === purpose
    ? accept(before)
    : refuse({ kind: 'RequestIdReused' })
}
