import { asLeader, type Pool } from '@holdfast/service/postgres'
import { counter, type Log, pause, repeat } from '@holdfast/service/process'
import { batchSize, expireDueBookings, msUntilNextDue } from '../store/expiry.ts'

const expired = counter('booking_expired_total', 'Bookings that the sweeper has expired')

const longestPauseMs = 1_000 // A hold that is placed meanwhile may end before the next known one.
const shortestPauseMs = 20 // A transaction that has locked what is due ends within some milliseconds.

/**
 * Expires what is due, in one process at a time, until aborted. Nobody waits for it: a hold that has run out counts as free
 * anyway. It updates the customers' counters and publishes the events.
 */
export const expireBookings = (options: {
  readonly databaseUrl: string
  readonly pool: Pool
  readonly log: Log
  readonly signal: AbortSignal
}): Promise<void> =>
  asLeader(options.databaseUrl, 'booking expiry', options.signal, options.log, (signal) =>
    repeat(signal, 0, options.log, async () => {
      const ended = await expireDueBookings(options.pool)
      expired.inc(ended)
      if (ended === batchSize) return
      await pause(Math.min(longestPauseMs, Math.max(shortestPauseMs, await msUntilNextDue(options.pool))), signal)
    }),
  )
