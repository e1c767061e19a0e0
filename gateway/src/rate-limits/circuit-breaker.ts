const retryEveryMs = 1_000
const lateTimerMs = 10 // A timer that fires later than this means that this process was too busy to read the answer.

/** The request was not sent, or not answered in time. */
export class Unavailable extends Error {}

/**
 * Limits each request to `budgetMs`. When no request has succeeded for some budgets, the circuit opens: only one attempt per second is
 * made until an attempt succeeds. Time decides and not the number of failures, because all requests that wait through one short pause
 * fail together.
 */
export function circuitBreaker(budgetMs: number): <T>(send: () => Promise<T>) => Promise<T> {
  const openAfterMs = 2 * budgetMs // after the first failure, which itself took one budget
  let failingSince: number | undefined
  let open = false
  let nextAttempt = 0

  return async (send) => {
    if (open) {
      if (performance.now() < nextAttempt) throw new Unavailable('it was unavailable a moment ago')
      nextAttempt = performance.now() + retryEveryMs
    }
    const { expired, cancel } = timeout(budgetMs)
    try {
      const answer = await Promise.race([send(), expired])
      failingSince = undefined
      open = false
      return answer
    } catch (err) {
      const now = performance.now()
      failingSince ??= now
      open ||= now - failingSince >= openAfterMs
      nextAttempt = now + retryEveryMs
      throw err
    } finally {
      cancel()
    }
  }
}

/** Rejects after `budgetMs`. When this process was busy itself, it waits once more: the answer may already be in the socket's buffer. */
function timeout(budgetMs: number): { readonly expired: Promise<never>; readonly cancel: () => void } {
  const { promise: expired, reject } = Promise.withResolvers<never>()
  // Node runs timers before sockets, and `setImmediate` after both.
  const expire = () => void setImmediate(() => reject(new Unavailable(`no answer within ${budgetMs} ms`)))
  const due = performance.now() + budgetMs
  let timer = setTimeout(() => {
    if (performance.now() - due < lateTimerMs) expire()
    else timer = setTimeout(expire, budgetMs)
  }, budgetMs)
  return { expired, cancel: () => clearTimeout(timer) }
}
