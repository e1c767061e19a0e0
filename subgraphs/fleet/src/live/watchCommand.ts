import { changeChannel } from '@holdfast/contracts'
import { isUnavailable, pause } from '@holdfast/service/process'
import { abortableGenerator, type ChangeFeed } from '@holdfast/service/redis'
import type { Command } from '../domain/command.ts'
import { commandChannel } from './channels.ts'

const retryMs = 500 // While the database is away.

/**
 * The booking's latest command as it is (null before the first), then after every change; ends when the trip has ended.
 * Notices only say when to look. They come on two channels: one at once, and the vehicle's facts from the outbox, which
 * come a moment later but also when the process that changed the command died at it.
 */
export const watchCommand = (
  live: ChangeFeed,
  bookingId: string,
  vehicleId: string | undefined,
  read: () => Promise<Command | null>,
): AsyncGenerator<Command | null, void, void> =>
  abortableGenerator(async function* (signal) {
    const channels = [commandChannel(bookingId), ...(vehicleId ? [changeChannel('fleet', vehicleId)] : [])]
    let told: string | undefined
    for await (const _ of live.listen(channels, signal)) {
      const command = told === undefined ? await read() : await patiently(read, signal)
      if (signal.aborted) return
      const now = JSON.stringify(command)
      if (now === told) continue
      told = now
      yield command
      if (command?.purpose === 'END_TRIP' && command.state === 'EXECUTED') return
    }
  })

/** Who watches already is not sent away because the database is restarted. */
async function patiently(read: () => Promise<Command | null>, signal: AbortSignal): Promise<Command | null> {
  while (!signal.aborted) {
    try {
      return await read()
    } catch (err) {
      if (!isUnavailable(err)) throw err
      await pause(retryMs, signal)
    }
  }
  return null
}
