/** Redis makes refusals the same in all gateways; it may forget them, and it may be away. */
import { createHash } from 'node:crypto'
import type { Redis } from '@holdfast/service'
import { circuitBreaker } from './circuit-breaker.ts'
import { type Counter, script } from './gcra.ts'

const budgetMs = 50 // Redis answers in less than one.
const sha = createHash('sha1').update(script).digest('hex')

/** Counts in Redis, for all gateways together. Rejects when Redis is away or slow, most of the time without asking it. */
export function redisCounter(redis: Redis): Counter {
  const asked = circuitBreaker(budgetMs)
  // Or else the first requests would all send it.
  redis.on('ready', () => void redis.script('LOAD', script).catch(() => undefined))

  const run = async (keys: readonly string[], args: readonly number[]): Promise<unknown> => {
    try {
      return await redis.evalsha(sha, keys.length, ...keys, ...args)
    } catch (err) {
      if (!(err instanceof Error && err.message.startsWith('NOSCRIPT'))) throw err
      return redis.eval(script, keys.length, ...keys, ...args)
    }
  }

  return {
    take: async (takes) => {
      const args = takes.flatMap(({ intervalUs, burstUs, times }) => [intervalUs, burstUs, times])
      const reply = await asked(() =>
        run(
          takes.map(({ key }) => key),
          args,
        ),
      )
      const [refused, earlyUs] = Array.isArray(reply) ? reply.map(Number) : []
      if (refused === undefined || earlyUs === undefined) throw new Error('Redis answered something else')
      const take = takes[refused - 1]
      return take ? { ok: false, refused: take, retryAfterMs: earlyUs / 1_000 } : { ok: true }
    },
  }
}
