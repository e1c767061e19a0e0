/** How often: counts the uses of rules, in Redis if there is one, and decides what happens when it is away. */
import { createHmac } from 'node:crypto'
import { gauge, type Log } from '@holdfast/service/process'
import type { Redis } from '@holdfast/service/redis'
import { type Counter, type Take, takeOf } from './gcra.ts'
import { localCounter } from './local.ts'
import { redisCounter } from './redis.ts'
import type { RateRule } from './rule.ts'

/** One request's use of one rule. */
export interface Use {
  readonly rule: RateRule
  /** Whose use it is. Not kept: only a hash of it is. */
  readonly whose: string
  readonly times: number
}

export interface Refused {
  readonly rule: RateRule
  /** False when nothing was counted because Redis is away. */
  readonly counted: boolean
  /** Whole seconds after which it is worth another try, at least 1. */
  readonly retryAfterS: number
}

export interface Rates {
  /** Takes all uses, or none and says why. */
  take(uses: readonly Use[]): Promise<Refused | undefined>
}

export interface RatesOptions {
  /** Without it this process counts alone, whatever the rules say of Redis. */
  readonly redis: Redis | undefined
  /** Makes the hashes of those who are counted; the same in all gateways that share a Redis. */
  readonly secret: string | undefined
  readonly log: Log
}

const redisAway = gauge('gateway_rates_away', '1 while rates are not counted in Redis, though they should be')
const awayRetryS = 2

export function rates({ redis, secret = '', log }: RatesOptions): Rates {
  const local = localCounter()
  const shared = redis && redisCounter(redis)
  let away = false

  const noteAway = (err: unknown) => {
    if (!away) log.warn({ err }, 'rates cannot be counted in Redis')
    away = true
    redisAway.set(1)
  }
  const noteBack = () => {
    if (away) log.info('rates are counted in Redis again')
    away = false
    redisAway.set(0)
  }

  const takeFrom = async (counter: Counter, uses: readonly Use[]): Promise<Refused | undefined> => {
    const takes = new Map<Take, RateRule>()
    for (const { rule, whose, times } of uses)
      takes.set(takeOf(keyOf(rule, whose), rule.count, rule.seconds, times), rule)
    if (takes.size === 0) return undefined
    const taken = await counter.take([...takes.keys()])
    const rule = taken.ok ? undefined : takes.get(taken.refused)
    if (taken.ok || !rule) return undefined
    return { rule, counted: true, retryAfterS: Math.max(1, Math.ceil(taken.retryAfterMs / 1_000)) }
  }

  /** All keys are in one slot of a Redis cluster, for one script takes them all. */
  const keyOf = (rule: RateRule, whose: string) =>
    `{holdfast:rate}:${rule.name}:${createHmac('sha256', secret).update(whose).digest('base64url').slice(0, 22)}`

  return {
    take: async (uses) => {
      if (uses.length === 0) return undefined
      if (!shared) return takeFrom(local, uses)
      try {
        const refused = await takeFrom(shared, uses)
        noteBack()
        return refused
      } catch (err) {
        noteAway(err)
        const strict = uses.find(({ rule }) => rule.away === 'refuse')
        if (strict) return { rule: strict.rule, counted: false, retryAfterS: awayRetryS }
        return takeFrom(
          local,
          uses.filter(({ rule }) => rule.away === 'local'),
        )
      }
    },
  }
}
