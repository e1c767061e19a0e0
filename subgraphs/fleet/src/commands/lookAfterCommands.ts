import { transaction } from '@holdfast/service/postgres'
import { counter, inTrace } from '@holdfast/service/process'
import type { Command } from '../domain/command.ts'
import { refreshAvailability } from '../store/availability.ts'
import { commandsDue, moveCommand, openCommand, openWithoutTrip, sentAgain } from '../store/commands.ts'
import { publish } from '../store/outbox.ts'
import { lockVehicle } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'
import { send } from './send.ts'
import { giveSecure, settledFact } from './settleCommand.ts'

/** Milliseconds. Whoever gave the command sends it itself within a few; after this it has died at it. */
const unsentAfter = 500
/** Milliseconds. A vehicle answers in tenths of a second; asked again it repeats its answer and moves nothing. */
const unansweredAfter = 3_000
/** Milliseconds for an answer given in the last moment to arrive. */
const answerGrace = 2_000
/** Milliseconds between two attempts to close a lock that stands open. */
const secureEvery = 30_000

const secured = counter('vehicles_secured_total', 'Locks found open without a trip and told to close')

/** Finishes what a died process or a lost message has left: unsent, unanswered and run out commands, open locks. */
export const lookAfterCommands = (deps: Deps) => async (): Promise<void> => {
  const now = deps.now().getTime()
  const due = await commandsDue(deps.pool, {
    unsentBefore: new Date(now - unsentAfter),
    unansweredBefore: new Date(now - unansweredAfter),
    expiredBefore: new Date(now - answerGrace),
  })
  await Promise.all(
    due.map(({ command, deviceId }) =>
      inTrace(command.traceparent, async () => {
        if (command.expiresAt.getTime() < now - answerGrace) await timeOut(deps, command)
        else if (command.state === 'REQUESTED') await send(deps, command, deviceId)
        else if (await deps.sender.command(command, deviceId, true)) await sentAgain(deps.pool, command.id, deps.now())
      }),
    ),
  )
  for (const found of await openWithoutTrip(deps.pool, new Date(now - secureEvery))) await secure(deps, found)
}

async function timeOut(deps: Deps, { id, vehicleId, bookingId }: Command): Promise<void> {
  const changes = await transaction(deps.pool, async (tx) => {
    await lockVehicle(tx, vehicleId)
    const command = await moveCommand(tx, id, 'time_out', deps.now())
    if (!command) return null // The answer came after all.
    await publish(tx, [settledFact(command)])
    return refreshAvailability(tx, [vehicleId], deps.now(), deps.listing)
  })
  if (changes) await Promise.all([deps.announce.command(bookingId), deps.announce.changes(changes)])
}

async function secure(deps: Deps, { vehicleId, bookingId }: { vehicleId: string; bookingId: string }): Promise<void> {
  const given = await transaction(deps.pool, async (tx) => {
    const vehicle = await lockVehicle(tx, vehicleId)
    const stillOpen = vehicle?.lock === 'UNLOCKED' && vehicle.state !== 'ON_TRIP' && vehicle.contact === 'ONLINE'
    if (!stillOpen || vehicle.epoch === null || (await openCommand(tx, vehicleId))) return null
    return { command: await giveSecure(deps, tx, vehicle, bookingId, vehicle.epoch), deviceId: vehicle.deviceId }
  })
  if (!given) return
  secured.inc()
  deps.log.warn({ vehicle: vehicleId, booking: bookingId }, 'a lock stands open without a trip: locking')
  await send(deps, given.command, given.deviceId)
}
