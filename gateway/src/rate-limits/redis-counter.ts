/** Redis makes all gateways count together. It may lose its data, and it may be unreachable. */
import { createHash } from 'node:crypto'
import type { Redis } from '@holdfast/service/redis'
import { circuitBreaker } from './circuit-breaker.ts'
import { type Counter, script } from './gcra.ts'

const budgetMs = 50 // Redis usually answers in less than 1 ms.
const sha = createHash('sha1').update(script).digest('hex')

/** Counts in Redis, for all gateways together. Rejects when Redis is unreachable or slow, usually without sending a request. */
export function redisCounter(redis: Redis): Counter {
  const withBreaker = circuitBreaker(budgetMs)
  // Loaded in advance, because otherwise all of the first requests would send the script.
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
      const reply = await withBreaker(() =>
        run(
          takes.map(({ key }) => key),
          args,
        ),
      )
      const [refused, earlyUs] = Array.isArray(reply) ? reply.map(Number) : []
      if (refused === undefined || earlyUs === undefined) throw new Error('Redis sent an unexpected answer')
      const take = takes[refused - 1]
      return take ? { ok: false, refused: take, retryAfterMs: earlyUs / 1_000 } : { ok: true }
    },
  }
}
