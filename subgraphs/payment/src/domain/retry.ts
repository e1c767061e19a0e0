const baseMs = 1_000
const longestMs = 30_000
/** How long the customer's own request may take before the completer takes over. */
export const requestBudgetMs = 5_000

/**
 * When a check that changed nothing is repeated: exponential backoff with full jitter, so that payments which waited for
 * Stripe do not all come back at once. Not later than `deadline`, if that is in the future.
 *
 * @param tries checks without a change so far
 * @param random from 0 to 1
 */
export function retryAt(tries: number, now: Date, deadline: Date, random: number): Date {
  const at = now.getTime() + random * Math.min(longestMs, baseMs * 2 ** Math.min(tries, 10))
  return new Date(deadline > now ? Math.min(at, deadline.getTime()) : at)
}
