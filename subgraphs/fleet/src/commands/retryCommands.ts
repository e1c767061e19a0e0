import { transaction } from '@holdfast/service/postgres'
import { inTrace } from '@holdfast/service/process'
import type { Command } from '../domain/command.ts'
import { refreshAvailability } from '../store/availability.ts'
import { commandsDue, markResent, moveCommand, unlockedWithoutTrip } from '../store/commands.ts'
import { fleetEvent, publish } from '../store/outbox.ts'
import { vehicleForUpdate } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'
import { secureVehicle } from './secureVehicle.ts'
import { sendCommand } from './sendCommand.ts'

/** Milliseconds. The process that issued a command sends it within a few; after this it was killed before. */
const unsentAfter = 500
/** Milliseconds. A vehicle answers in tenths of a second. A command that comes again is answered with the same ack and not executed again. */
const unansweredAfter = 3_000
/** Milliseconds for an ack that was sent in the last moment to arrive. */
const ackGrace = 2_000
/** Milliseconds between two attempts to lock an unlocked vehicle. */
const secureEvery = 30_000

/** Finishes what a killed process or a lost message has left: unsent, unanswered and expired commands, unlocked vehicles. */
export async function retryCommands(deps: Deps): Promise<void> {
  const now = deps.now().getTime()
  const due = await commandsDue(deps.pool, {
    unsent: new Date(now - unsentAfter),
    unanswered: new Date(now - unansweredAfter),
    expired: new Date(now - ackGrace),
  })
  await Promise.all(
    due.map(({ command, deviceId }) =>
      inTrace(command.traceparent, async () => {
        if (command.expiresAt.getTime() < now - ackGrace) await timeOut(deps, command)
        else if (command.state === 'REQUESTED') await sendCommand(deps, command, deviceId)
        else if (await deps.sendToDevice(command, deviceId, true)) await markResent(deps.pool, command.id, deps.now())
      }),
    ),
  )
  for (const vehicle of await unlockedWithoutTrip(deps.pool, new Date(now - secureEvery))) {
    await secureVehicle(deps, vehicle)
  }
}

async function timeOut(deps: Deps, { id, vehicleId, bookingId }: Command): Promise<void> {
  const changes = await transaction(deps.pool, async (tx) => {
    await vehicleForUpdate(tx, 'id', vehicleId)
    const command = await moveCommand(tx, id, 'time_out', deps.now())
    if (!command) return null // The ack came after all.
    await publish(tx, fleetEvent('CommandSettled', { vehicleId, bookingId, commandId: id, state: 'TIMED_OUT' }))
    return refreshAvailability(tx, [vehicleId], deps.now(), deps.offerRules)
  })
  if (changes) await Promise.all([deps.changes.command(bookingId), deps.changes.vehicles(changes)])
}
