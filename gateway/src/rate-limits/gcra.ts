/**
 * The generic cell rate algorithm (ITU-T I.371, its virtual scheduling form). Each key has one number: the time at which all of its uses
 * are available again. Of two uses per minute, both may come at once, or half a minute apart; three at once are never allowed, as they
 * would be around the edge of a fixed window. All times are whole microseconds, exact in a double.
 */
import { LRUCache } from 'lru-cache'

const maxKeys = 100_000 // some 20 MB; the count of a key that is dropped starts anew

/** Counts the uses of all keys or of none. */
export interface Counter {
  take(
    takes: readonly Take[],
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly refused: Take; readonly retryAfterMs: number }>
}

export type Take = Readonly<ReturnType<typeof takeOf>>

/** One request's uses of one key. */
export function takeOf(key: string, count: number, seconds: number, times: number) {
  /** Time after which one use is available again. */
  const intervalUs = Math.floor((seconds * 1_000_000) / count)
  return {
    key,
    intervalUs,
    /** How far a key may be ahead of the time: from the rounded interval, so that a whole burst fits exactly. */
    burstUs: intervalUs * count,
    /** More uses than a burst count as one burst. */
    times: Math.min(times, count),
  }
}

/** Decides about one key. `arrival` is its stored number; undefined when there is none. */
export function decide({ intervalUs, burstUs, times }: Take, arrival: number | undefined, nowUs: number) {
  const next = Math.max(arrival ?? nowUs, nowUs) + intervalUs * times
  return { arrival: next, earlyUs: next - burstUs - nowUs }
}

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

/** `decide` in Redis, for all keys at once and by the clock of Redis. Keys expire when all uses are available again. */
export const script = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local arrivals = {}
local refused, longest = 0, 0
for i, key in ipairs(KEYS) do
  local interval, burst, times = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  arrivals[i] = math.max(tonumber(redis.call('GET', key)) or now, now) + interval * times
  local early = arrivals[i] - burst - now
  if early > longest then refused, longest = i, early end
end
if refused > 0 then return { refused, string.format('%.0f', longest) } end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.0f', arrivals[i]), 'PX', math.max(1, math.ceil((arrivals[i] - now) / 1000)))
end
return { 0, '0' }
`
