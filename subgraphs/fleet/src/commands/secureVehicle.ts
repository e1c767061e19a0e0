import { type Transaction, transaction } from '@holdfast/service/postgres'
import { counter } from '@holdfast/service/process'
import type { Command } from '../domain/command.ts'
import type { Vehicle } from '../domain/vehicle.ts'
import { openCommandOf } from '../store/commands.ts'
import { vehicleForUpdate } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'
import { issueCommand } from './issueCommand.ts'
import { sendCommand } from './sendCommand.ts'

const secured = counter(
  'vehicles_secured_total',
  'Vehicles found unlocked without a trip, to which a LOCK command was issued',
)

/** Locks a vehicle that is unlocked although nobody rides it. */
export async function secureVehicle(
  deps: Deps,
  { vehicleId, bookingId }: { vehicleId: string; bookingId: string },
): Promise<void> {
  const issued = await transaction(deps.pool, async (tx) => {
    const vehicle = await vehicleForUpdate(tx, 'id', vehicleId)
    const isUnlocked = vehicle?.lock === 'UNLOCKED' && vehicle.state !== 'ON_TRIP' && vehicle.contact === 'ONLINE'
    if (!isUnlocked || vehicle.epoch === null || (await openCommandOf(tx, vehicleId))) return null
    const command = await issueSecureCommand(deps, tx, vehicle, bookingId, vehicle.epoch)
    return { command, deviceId: vehicle.deviceId }
  })
  if (!issued) return
  secured.inc()
  deps.log.warn({ vehicle: vehicleId, booking: bookingId }, 'vehicle is unlocked without a trip: locking it')
  await sendCommand(deps, issued.command, issued.deviceId)
}

/** For a vehicle that was read for update. Holdfast itself issues the command, so it has no rider. */
export const issueSecureCommand = (
  deps: Deps,
  tx: Transaction,
  vehicle: Vehicle,
  bookingId: string,
  epoch: string,
): Promise<Command> =>
  issueCommand(deps, tx, {
    vehicleId: vehicle.id,
    bookingId,
    riderId: null,
    requestId: null,
    purpose: 'SECURE',
    epoch,
  })
