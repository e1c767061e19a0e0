import { once } from 'node:events'
import type { Log, Step } from '@holdfast/service/process'
import { createRedis, type Redis } from '@holdfast/service/redis'

const firstConnectMs = 500

/** One connection to Redis for everything that gateways share. Each user decides what happens while Redis cannot be reached. */
export function sharedRedis(redisUrl: string, log: Log): { readonly redis: Redis; readonly step: Step } {
  const redis = createRedis(redisUrl, log)
  return {
    redis,
    step: {
      name: 'redis',
      start: async () => {
        // The first requests should already be counted with those of other gateways. Without Redis the gateway starts all the same.
        const signal = AbortSignal.timeout(firstConnectMs)
        if (redis.status !== 'ready') await once(redis, 'ready', { signal }).catch(() => undefined)
      },
      stop: () => redis.disconnect(),
    },
  }
}
