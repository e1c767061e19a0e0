import { once } from 'node:events'
import type { Log, Step } from '@holdfast/service/process'
import { createRedis, type Redis } from '@holdfast/service/redis'

const firstConnectMs = 500

/** One connection for all that gateways share. Whatever asks it says what happens while Redis is away. */
export function sharedRedis(url: string, log: Log): { readonly redis: Redis; readonly step: Step } {
  const redis = createRedis(url, log)
  return {
    redis,
    step: {
      name: 'redis',
      start: async () => {
        // Whoever comes first should already be counted with the others; without Redis the door opens all the same.
        const signal = AbortSignal.timeout(firstConnectMs)
        if (redis.status !== 'ready') await once(redis, 'ready', { signal }).catch(() => undefined)
      },
      stop: () => redis.disconnect(),
    },
  }
}
