const baseMs = 1_000
const longestMs = 30_000
/** What a customer's own request has for Stripe and the row behind it, before the completer takes over. */
export const inlineMs = 5_000

/**
 * When a look that changed nothing is repeated: exponential with full jitter, so that what Stripe's pause has gathered
 * does not come back in one moment; not later than `deadline`, when that is still to come.
 *
 * @param tries looks without change so far
 * @param chance from 0 to 1
 */
export function tryAgainAt(tries: number, now: Date, deadline: Date, chance: number): Date {
  const at = now.getTime() + chance * Math.min(longestMs, baseMs * 2 ** Math.min(tries, 10))
  return new Date(deadline > now ? Math.min(at, deadline.getTime()) : at)
}
