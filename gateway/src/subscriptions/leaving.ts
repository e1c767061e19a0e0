/** How clients are let go: not all at once, for they all come back. */
import { setTimeout as sleep } from 'node:timers/promises'

const letGoMs = 20 // between two clients,
const spreadMs = 3_000 // unless there are many: all of them within this.

/** Lets go of each in turn. */
export async function oneByOne<T>(leaving: readonly T[], letGo: (one: T) => void): Promise<void> {
  const began = performance.now()
  for (const [index, one] of leaving.entries()) {
    letGo(one)
    // A timer is late by a millisecond or two, which adds up; so it is by the clock.
    const due = (index + 1) * Math.min(letGoMs, spreadMs / leaving.length)
    const restMs = due - (performance.now() - began)
    if (restMs >= 1) await sleep(restMs)
  }
}

const longestTimerMs = 2 ** 31 - 1 // Node's own limit, 24 days

/** Calls back when a token ends, given in milliseconds since 1970; tokens that outlive a timer end with it. */
export const atExpiry = (expiresAt: number | undefined, expired: () => void): NodeJS.Timeout | undefined =>
  expiresAt === undefined ? undefined : setTimeout(expired, Math.min(expiresAt - Date.now(), longestTimerMs))
