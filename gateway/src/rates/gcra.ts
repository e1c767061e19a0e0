/**
 * The generic cell rate algorithm (ITU-T I.371, its virtual scheduling form): per key one number, the time at which all
 * that was taken will have come back. Two uses a minute are taken at once or half a minute apart; three at once never are,
 * as around the edge of a fixed window. All times are whole microseconds, exact in a double.
 */

/** What one request takes of one key. */
export interface Take {
  readonly key: string
  /** After which one use comes back. */
  readonly intervalUs: number
  /** How far ahead of time a key may be: the uses of one burst. */
  readonly burstUs: number
  /** At most what a burst has. */
  readonly times: number
}

export type Taken =
  | { readonly ok: true }
  | { readonly ok: false; readonly refused: Take; readonly retryAfterMs: number }

/** Takes of all keys or of none. */
export interface Counter {
  take(takes: readonly Take[]): Promise<Taken>
}

export function takeOf(key: string, count: number, seconds: number, times: number): Take {
  const intervalUs = Math.floor((seconds * 1_000_000) / count)
  // Of the rounded interval, so that a whole burst fits exactly. Whoever wants more at once gets it for a full one.
  return { key, intervalUs, burstUs: intervalUs * count, times: Math.min(times, count) }
}

/** Decides about one key. `arrival` is what is kept of it, undefined when nothing is. */
export function decide({ intervalUs, burstUs, times }: Take, arrival: number | undefined, nowUs: number) {
  const next = Math.max(arrival ?? nowUs, nowUs) + intervalUs * times
  return { arrival: next, earlyUs: next - burstUs - nowUs }
}

/** `decide` where the counts of several processes are, for all keys at once, by the clock there. Keys end when they are full again. */
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
