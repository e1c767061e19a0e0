import { changeChannel } from '@holdfast/contracts'
import { isUnavailable, pause } from '@holdfast/service/process'
import { abortableGenerator, type ChangeFeed } from '@holdfast/service/redis'
import { type Booking, isOver } from '../domain/booking.ts'

const retryMs = 500 // While the database is away.

/**
 * The booking as it is, then as it is after every change that shows; ends when it is over. One null when there is none.
 * Notices only say when to look: what is told is always read.
 */
export const watchBooking = (
  live: ChangeFeed,
  bookingId: string,
  read: () => Promise<Booking | null>,
): AsyncGenerator<Booking | null, void, void> =>
  abortableGenerator(async function* (signal) {
    let told: string | undefined
    for await (const _ of live.listen([changeChannel('booking', bookingId)], signal)) {
      const booking = told === undefined ? await read() : await patiently(read, signal)
      if (!booking) {
        if (told === undefined) yield null
        return
      }
      const now = JSON.stringify(booking)
      if (now === told) continue
      told = now
      yield booking
      if (isOver(booking.state)) return
    }
  })

/** Who watches already is not sent away because the database is restarted; null when they have gone themselves. */
async function patiently(read: () => Promise<Booking | null>, signal: AbortSignal): Promise<Booking | null> {
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
