import { LRUCache } from 'lru-cache'
import { type Counter, decide, type Take } from './gcra.ts'

const maxKeys = 100_000 // some 20 MB; the count of a key that is dropped starts anew

/** Counts in this process alone. */
export function localCounter(nowUs = () => Math.floor(performance.now() * 1_000)): Counter {
  const arrivals = new LRUCache<string, number>({ max: maxKeys })
  return {
    take: async (takes) => {
      const now = nowUs()
      const decided = takes.map((take) => ({ take, ...decide(take, arrivals.peek(take.key), now) }))
      const refused = decided.reduce<{ take: Take | undefined; earlyUs: number }>(
        (longest, one) => (one.earlyUs > longest.earlyUs ? one : longest),
        { take: undefined, earlyUs: 0 },
      )
      if (refused.take) return { ok: false, refused: refused.take, retryAfterMs: refused.earlyUs / 1_000 }
      for (const { take, arrival } of decided) arrivals.set(take.key, arrival)
      return { ok: true }
    },
  }
}
