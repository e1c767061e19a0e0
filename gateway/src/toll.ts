/** What stands between a request that is understood and its execution: may it cost that much, may its caller have it now? */
import type { Prepared } from './answering.ts'
import type { Caller } from './caller.ts'
import type { Fault } from './execute/trouble.ts'
import { refused } from './meter.ts'
import type { Rates, Refused, Use } from './rates/rates.ts'
import type { RateRule } from './rates/rule.ts'

/** Why the request is refused; undefined when it may run. */
export type Toll = (prepared: Prepared, caller: Caller) => Promise<Fault | undefined>

export interface TollOptions {
  /** Points one operation may cost. */
  readonly costLimit: number
  /** Whether what is over it is refused or only measured; undefined for where the supergraph says how long its lists are. */
  readonly costMode: 'measure' | 'enforce' | undefined
  /** Points that one identity may spend in a minute; undefined for any. An operation is at least one. */
  readonly pointsPerMinute: number | undefined
  /** How many times as much as `@rate` says fields may be asked for. */
  readonly rateFactor: number
  readonly rates: Rates
}

export function toll({ costLimit, costMode, pointsPerMinute, rateFactor, rates }: TollOptions): Toll {
  const points: RateRule | undefined =
    pointsPerMinute === undefined
      ? undefined
      : { name: 'points', count: pointsPerMinute, seconds: 60, per: 'identity', away: 'local' }

  return async ({ graph, cost }, caller) => {
    const enforced = costMode === undefined ? graph.costs.declared : costMode === 'enforce'
    if (enforced && cost.points > costLimit) {
      refused.inc({ limit: 'cost' })
      return tooExpensive(cost.points, costLimit)
    }
    const uses = cost.uses.map(({ rule, times }): Use => {
      const count = Math.min(rule.count * rateFactor, rule.seconds * 1_000_000)
      return { rule: { ...rule, count }, times, whose: whose(rule, caller) }
    })
    // Counted as one burst, thirty aliases would be thirty guesses for the price of five.
    const overmuch = uses.find(({ rule, times }) => times > rule.count)
    if (overmuch) {
      refused.inc({ limit: overmuch.rule.name })
      return tooOftenAtOnce(overmuch)
    }
    if (points) uses.push({ rule: points, times: Math.max(1, cost.points), whose: whose(points, caller) })
    if (caller.client?.rate) uses.push({ rule: ofClient(caller.client.rate), times: 1, whose: caller.client.name })
    if (uses.length === 0) return undefined
    const why = await rates.take(uses)
    if (!why) return undefined
    refused.inc({ limit: why.rule.name })
    return tooOften(why)
  }
}

/** What a client has agreed to, whoever uses it. */
const ofClient = ({ perMinute }: { readonly perMinute: number }): RateRule => ({
  name: `client ${perMinute}/60s`,
  count: perMinute,
  seconds: 60,
  per: 'client',
  away: 'local',
})

function whose({ per }: RateRule, { key, client, address }: Caller): string {
  switch (per) {
    case 'identity':
      return key
    case 'client':
      return client?.name ?? key
    case 'address':
      return address
    case 'everybody':
      return ''
  }
}

const tooExpensive = (cost: number, limit: number): Fault => ({
  message: `The operation may cost ${cost} points, at most ${limit} are allowed. Ask for shorter lists or fewer fields.`,
  extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', cost, limit },
})

/** Without a time to wait: none would make it good. */
const tooOftenAtOnce = ({ times, rule: { count } }: Use): Fault => ({
  message: `The operation asks ${times} times for what may be asked for ${count} times at once.`,
  extensions: { code: 'RATE_LIMITED' },
})

const tooOften = ({ counted, retryAfterS }: Refused): Fault =>
  counted
    ? { message: `Too often; try again in ${retryAfterS} s.`, extensions: { code: 'RATE_LIMITED', retryAfterS } }
    : { message: 'This cannot be done right now; try again soon.', extensions: { code: 'UNAVAILABLE', retryAfterS } }
