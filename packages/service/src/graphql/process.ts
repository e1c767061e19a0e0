/** What every subgraph's process has in common. */
import { createPool } from '../postgres/pool.ts'
import { commonConfig, Secret, Url } from '../process/config.ts'
import type { Step } from '../process/lifecycle.ts'
import type { Log } from '../process/log.ts'
import { createChangeFeed } from '../redis/change-feed.ts'
import { createBlockingRedis, createRedis } from '../redis/client.ts'

/** The environment of a subgraph; its own variables come beside these. */
export const subgraphConfig = {
  ...commonConfig,
  /** Logs in as the role of the owner, with the subgraph's name. */
  DATABASE_URL: Url,
  REDIS_URL: Url,
  /** Shared with the gateway, which signs with it. */
  GATEWAY_SECRET: Secret,
}

/** The connections of a subgraph. `steps` close them: they come first in the list of steps, so they are stopped last. */
export function connections({ DATABASE_URL, REDIS_URL }: { DATABASE_URL: string; REDIS_URL: string }, log: Log) {
  const pool = createPool(DATABASE_URL, log)
  const redis = createRedis(REDIS_URL, log)
  /** For consumers alone: their commands block the connection. */
  const blockingRedis = createBlockingRedis(REDIS_URL, log)
  const feed = createChangeFeed(REDIS_URL, log)
  const steps: Step[] = [
    { name: 'postgres', start: () => undefined, stop: () => pool.end() },
    {
      name: 'redis',
      start: () => undefined,
      stop: () => {
        feed.stop()
        blockingRedis.disconnect()
        redis.disconnect()
      },
    },
  ]
  return { pool, redis, blockingRedis, feed, steps }
}
