import { asLeader, type Pool } from '@holdfast/service/postgres'
import { counter, type Log, pause, repeat } from '@holdfast/service/process'
import { expireDue, nextDueInMs, sweepBatch } from '../store/expiry.ts'

const expired = counter('booking_expired_total', 'Bookings ended by time and found by the sweeper')

const longestSleepMs = 1_000 // A hold placed meanwhile may end sooner than the next one known.
const shortestSleepMs = 20 // When what is due is locked by somebody, who will be done in some milliseconds.

/**
 * Ends what time has ended, in one process at a time, until aborted. Nobody waits for it: an expired hold counts as free
 * without it. It frees counters and tells the world.
 */
export const expireHolds = (deps: {
  readonly databaseUrl: string
  readonly pool: Pool
  readonly log: Log
  readonly signal: AbortSignal
}): Promise<void> =>
  asLeader(deps.databaseUrl, 'booking expiry', deps.signal, deps.log, (signal) =>
    repeat(signal, 0, deps.log, async () => {
      const ended = await expireDue(deps.pool)
      expired.inc(ended)
      if (ended === sweepBatch) return
      await pause(Math.min(longestSleepMs, Math.max(shortestSleepMs, await nextDueInMs(deps.pool))), signal)
    }),
  )
