import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import { sqlState, type Transaction, transaction } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'
import { type Command, type Purpose, rulesOf } from '../domain/command.ts'
import type { Vehicle } from '../domain/vehicle.ts'
import { refreshAvailability, type VehicleChange } from '../store/availability.ts'
import { commandOfRequest, insertCommand } from '../store/commands.ts'
import type { Deps } from './deps.ts'
import { sendCommand } from './sendCommand.ts'

/** A rider's request for a command. */
export interface CommandRequest {
  readonly riderId: string
  readonly bookingId: string
  readonly requestId: string
}

interface RequestIdReused {
  readonly kind: 'RequestIdReused'
}

interface Issued {
  readonly command: Command
  /** Null when an earlier request with the same id has issued the command. */
  readonly issuedNow: { readonly deviceId: string; readonly changes: readonly VehicleChange[] } | null
}

const uniqueViolation = '23505'

/** Writes a command for a vehicle that was read for update. The caller sends it after the commit. */
export function issueCommand(
  deps: Deps,
  tx: Transaction,
  command: Pick<Command, 'vehicleId' | 'bookingId' | 'riderId' | 'requestId' | 'purpose' | 'epoch'>,
): Promise<Command> {
  const requestedAt = deps.now()
  return insertCommand(tx, {
    ...command,
    id: deps.newId(),
    action: rulesOf[command.purpose].action,
    requestedAt,
    expiresAt: new Date(requestedAt.getTime() + deps.commandTtlMs),
    traceparent: traceparent() ?? null,
  })
}

/**
 * Issues a command to a vehicle, once per request however often the request comes. `findVehicle` reads the vehicle for
 * update; `mayIssue` decides, and names the boot epoch to which the command is bound. The command is in the ledger
 * before it is sent.
 */
export async function issueForRequest<R>(
  deps: Deps,
  request: CommandRequest,
  purpose: Purpose,
  {
    findVehicle,
    mayIssue,
  }: {
    findVehicle(tx: Transaction): Promise<Outcome<Vehicle, R>>
    mayIssue(tx: Transaction, vehicle: Vehicle): Promise<Outcome<{ readonly epoch: string }, R>>
  },
): Promise<Outcome<Command, R | RequestIdReused>> {
  const { riderId, bookingId, requestId } = request
  const answered = answeredBy(await commandOfRequest(deps.pool, riderId, requestId), request, purpose)
  if (answered) return answered

  const outcome = await transaction(deps.pool, async (tx): Promise<Outcome<Issued, R | RequestIdReused>> => {
    const vehicle = await findVehicle(tx)
    if (!vehicle.ok) return vehicle
    // The same request twice at once: the second one waited for the vehicle and finds what the first has written.
    const meanwhile = answeredBy(await commandOfRequest(tx, riderId, requestId), request, purpose)
    if (meanwhile) return meanwhile.ok ? accept({ command: meanwhile.value, issuedNow: null }) : meanwhile
    const decision = await mayIssue(tx, vehicle.value)
    if (!decision.ok) return decision
    const { id: vehicleId, deviceId } = vehicle.value
    const { epoch } = decision.value
    const command = await issueCommand(deps, tx, { riderId, bookingId, requestId, vehicleId, purpose, epoch })
    const changes = await refreshAvailability(tx, [vehicleId], deps.now(), deps.offerRules)
    return accept({ command, issuedNow: { deviceId, changes } })
  }).catch((err: unknown) => {
    // One request id for two vehicles at the same moment.
    if (sqlState(err) === uniqueViolation) return refuse<RequestIdReused>({ kind: 'RequestIdReused' })
    throw err
  })
  if (!outcome.ok) return outcome

  const { command, issuedNow } = outcome.value
  if (!issuedNow) return accept(command)
  const [sent] = await Promise.all([
    sendCommand(deps, command, issuedNow.deviceId),
    deps.changes.vehicles(issuedNow.changes),
  ])
  return accept(sent)
}

/** The answer to a request whose id was used before; null when it was not. */
function answeredBy(
  before: Command | null,
  { bookingId }: CommandRequest,
  purpose: Purpose,
): Outcome<Command, RequestIdReused> | null {
  if (!before) return null
  return before.bookingId === bookingId && before.purpose === purpose
    ? accept(before)
    : refuse({ kind: 'RequestIdReused' })
}
