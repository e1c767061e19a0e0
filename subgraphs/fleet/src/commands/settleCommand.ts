import type { Ack } from '@holdfast/contracts'
import { type Transaction, transaction } from '@holdfast/service/postgres'
import type { Vehicle } from '../domain/vehicle.ts'
import { refreshAvailability } from '../store/availability.ts'
import { commandForUpdate, moveCommand } from '../store/commands.ts'
import { fleetEvent, publish } from '../store/outbox.ts'
import { writeReports } from '../store/reports.ts'
import { vehiclesForUpdate } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'
import { followExecutedCommand, nothingFollows } from './followExecutedCommand.ts'
import { sendCommand } from './sendCommand.ts'

const moveOf = { ACCEPTED: 'accept', EXECUTED: 'execute', REFUSED: 'refuse' } as const

/**
 * Takes in a vehicle's ack whose signature was verified. The command's move and everything that follows from it (the
 * booking starts, the trip begins or ends, an unlocked vehicle that nobody may ride is locked) are one transaction. An ack
 * that comes twice finds the command moved and changes nothing. Resolves false for an ack to a command that was never
 * issued to this vehicle.
 */
export async function settleCommand(deps: Deps, ack: Ack & { readonly cid: string }): Promise<boolean> {
  const settled = await transaction(deps.pool, async (tx) => {
    // Order of row locks everywhere: vehicle, command, and those of booking.start.
    const [vehicle] = await vehiclesForUpdate(tx, 'device_id', [ack.deviceId])
    const before = vehicle && (await commandForUpdate(tx, ack.cid, vehicle.id))
    if (!vehicle || !before) return 'UNKNOWN'
    const now = deps.now()
    const command = await moveCommand(tx, before.id, moveOf[ack.phase], now, ack.phase === 'REFUSED' ? ack.code : null)
    if (!command) return 'REPEATED'
    await writeReport(tx, vehicle, ack, now)
    if (ack.phase === 'ACCEPTED') return { vehicle, command, changes: [], ...nothingFollows }
    const { events, ...followed } =
      ack.phase === 'EXECUTED' ? await followExecutedCommand(deps, tx, vehicle, command, ack) : nothingFollows
    const { id: commandId, vehicleId, bookingId } = command
    await publish(tx, ...events, fleetEvent('CommandSettled', { vehicleId, bookingId, commandId, state: ack.phase }))
    const changes = await refreshAvailability(tx, [vehicleId], deps.now(), deps.offerRules)
    return { vehicle, command, changes, ...followed }
  })
  if (typeof settled === 'string') return settled === 'REPEATED'

  const { vehicle, command, changes, formerRiders, secureCommand } = settled
  await Promise.all([deps.changes.command(command.bookingId), deps.changes.vehicles(changes, formerRiders)])
  if (secureCommand) await sendCommand(deps, secureCommand, vehicle.deviceId)
  return true
}

/** An ack says what a state report says. A repeated one says how it was earlier, so it is passed over. */
async function writeReport(tx: Transaction, vehicle: Vehicle, ack: Ack, now: Date): Promise<void> {
  // The vehicle signed it, so it may also name a boot epoch whose birth was missed.
  const rebooted = ack.code === 'EPOCH' && ack.epoch !== vehicle.epoch
  if (!rebooted && (ack.epoch !== vehicle.epoch || ack.seq <= vehicle.reportedSeq)) return
  const { epoch, seq: reportedSeq, lock, batteryPercent } = ack
  await writeReports(tx, [{ ...vehicle, lastSeenAt: now, epoch, reportedSeq, lock, batteryPercent }])
}
