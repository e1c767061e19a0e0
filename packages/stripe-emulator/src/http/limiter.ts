/** Whether one more request may be executed now. */
export type Limiter = () => boolean

/** A bucket that holds a second's worth of requests and fills steadily; `nowMs` is a clock that only goes forward. */
export function createLimiter(perSecond: number | undefined, nowMs: () => number): Limiter {
  if (perSecond === undefined) return () => true
  let tokens = perSecond
  let filledAt = nowMs()
  return () => {
    const now = nowMs()
    tokens = Math.min(perSecond, tokens + ((now - filledAt) / 1_000) * perSecond)
    filledAt = now
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}
