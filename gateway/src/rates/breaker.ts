const restMs = 1_000
const busyMs = 10 // A timer that comes later than that says that it was we who did not look.

/** It was not asked, or did not answer in time. */
export class Away extends Error {}

/**
 * Asks something that is quick or of no use. What takes longer than `budgetMs` has failed; when nothing has succeeded for
 * some budgets nobody asks any more, but for one try every second, until a try succeeds. Time decides, not how many failed:
 * all who wait through one hiccup fail together.
 */
export function breaker(budgetMs: number): <T>(ask: () => Promise<T>) => Promise<T> {
  const givenUpAfterMs = 2 * budgetMs // After the first failure, which took one budget.
  let failingSince: number | undefined
  let away = false
  let nextTry = 0

  return async (ask) => {
    if (away) {
      if (performance.now() < nextTry) throw new Away('it was away a moment ago')
      nextTry = performance.now() + restMs
    }
    const { late, enough } = patience(budgetMs)
    try {
      const answer = await Promise.race([ask(), late])
      failingSince = undefined
      away = false
      return answer
    } catch (err) {
      const now = performance.now()
      failingSince ??= now
      away ||= now - failingSince >= givenUpAfterMs
      nextTry = now + restMs
      throw err
    } finally {
      enough()
    }
  }
}

/** Rejects after `budgetMs`. A process that was busy itself waits once more: the answer may lie in its socket. */
function patience(budgetMs: number): { readonly late: Promise<never>; readonly enough: () => void } {
  const { promise: late, reject } = Promise.withResolvers<never>()
  // After the timers come the sockets, and only then this.
  const giveUp = () => void setImmediate(() => reject(new Away(`no answer within ${budgetMs} ms`)))
  const due = performance.now() + budgetMs
  let timer = setTimeout(() => {
    if (performance.now() - due < busyMs) giveUp()
    else timer = setTimeout(giveUp, budgetMs)
  }, budgetMs)
  return { late, enough: () => clearTimeout(timer) }
}
