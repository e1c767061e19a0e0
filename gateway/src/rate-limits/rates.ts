/** Counts how often rate rules are used, in Redis if there is one, and decides what happens while Redis cannot be reached. */
import { createHmac } from 'node:crypto'
import { gauge, type Log } from '@holdfast/service/process'
import type { Redis } from '@holdfast/service/redis'
import type { RateRule } from '../supergraph/rate-directive.ts'
import { type Counter, localCounter, type Take, takeOf } from './gcra.ts'
import { redisCounter } from './redis-counter.ts'

/** One request's use of one rule. */
export interface RateUse {
  readonly rule: RateRule
  /** Who or what uses it. Only a hash of it is stored. */
  readonly subject: string
  readonly times: number
}

interface RateExceeded {
  readonly rule: RateRule
  /** False when nothing was counted because Redis cannot be reached. */
  readonly counted: boolean
  /** Whole seconds after which a new attempt may succeed, at least 1. */
  readonly retryAfterS: number
}

export type RateCounter = ReturnType<typeof rateCounter>

const redisAway = gauge('gateway_rates_away', '1 while rates cannot be counted in Redis, though they should be')
const awayRetryS = 2

/** Without `redis` this process counts alone, whatever the rules say. `gatewaySecret` keys the hashes of subjects; all gateways share it. */
export function rateCounter(redis: Redis | undefined, gatewaySecret: string | undefined, log: Log) {
  const local = localCounter()
  const shared = redis && redisCounter(redis)
  let away = false

  const note = (isAway: boolean, err?: unknown) => {
    if (isAway && !away) log.warn({ err }, 'rates cannot be counted in Redis')
    if (!isAway && away) log.info('rates are counted in Redis again')
    away = isAway
    redisAway.set(isAway ? 1 : 0)
  }

  const takeFrom = async (counter: Counter, uses: readonly RateUse[]): Promise<RateExceeded | undefined> => {
    const takes = new Map<Take, RateRule>()
    for (const { rule, subject, times } of uses)
      takes.set(takeOf(keyOf(rule, subject), rule.count, rule.seconds, times), rule)
    if (takes.size === 0) return undefined
    const taken = await counter.take([...takes.keys()])
    const rule = taken.ok ? undefined : takes.get(taken.refused)
    if (taken.ok || !rule) return undefined
    return { rule, counted: true, retryAfterS: Math.max(1, Math.ceil(taken.retryAfterMs / 1_000)) }
  }

  /** All keys are in one slot of a Redis cluster, because one script takes them all. */
  const keyOf = (rule: RateRule, subject: string) => {
    const hash = createHmac('sha256', gatewaySecret ?? '')
      .update(subject)
      .digest('base64url')
      .slice(0, 22)
    return `{holdfast:rate}:${rule.name}:${hash}`
  }

  return {
    /** Counts all uses, or none and returns why. */
    take: async (uses: readonly RateUse[]): Promise<RateExceeded | undefined> => {
      if (uses.length === 0) return undefined
      if (!shared) return takeFrom(local, uses)
      try {
        const exceeded = await takeFrom(shared, uses)
        note(false)
        return exceeded
      } catch (err) {
        note(true, err)
        const refusing = uses.find(({ rule }) => rule.away === 'refuse')
        if (refusing) return { rule: refusing.rule, counted: false, retryAfterS: awayRetryS }
        return takeFrom(
          local,
          uses.filter(({ rule }) => rule.away === 'local'),
        )
      }
    },
  }
}
