import { Redis, type RedisOptions } from 'ioredis'
import type { Log } from '../process/log.ts'

/** A connection that fails fast: it does not queue while offline, and no command takes longer than a second. */
export function createRedis(url: string, log: Log): Redis {
  return connection(url, log, { commandTimeout: 1_000, enableOfflineQueue: false, maxRetriesPerRequest: 0 })
}

/** A connection for commands that block (XREADGROUP BLOCK, SUBSCRIBE). Nothing else may use it. */
export function createBlockingRedis(url: string, log: Log): Redis {
  return connection(url, log, { maxRetriesPerRequest: null, autoResubscribe: true })
}

function connection(url: string, log: Log, options: RedisOptions): Redis {
  const redis = new Redis(url, {
    ...options,
    connectTimeout: 1_000,
    keepAlive: 5_000,
    retryStrategy: (times) => Math.min(100 * 2 ** times, 2_000) * (0.5 + Math.random() / 2),
  })
  let down = false
  redis.on('error', (err: Error) => {
    if (!down) log.warn({ err }, 'redis is away')
    down = true
  })
  redis.on('ready', () => {
    if (down) log.info('redis is back')
    down = false
  })
  return redis
}

export type { Redis } from 'ioredis'
