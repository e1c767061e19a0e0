/** Whether one more request may be executed now. */
export type RateLimit = () => boolean

/** A bucket that holds a second's worth of requests and fills steadily. */
export function rateLimit(perSecond: number | undefined): RateLimit {
  if (perSecond === undefined) return () => true
  let tokens = perSecond
  let filledAt = performance.now()
  return () => {
    const now = performance.now()
    tokens = Math.min(perSecond, tokens + ((now - filledAt) / 1_000) * perSecond)
    filledAt = now
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}
