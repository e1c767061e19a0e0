/** What every subgraph's process has in common. */
import { z } from 'zod'
import { type ConsumedEvent, consumeStream } from '../events/consumer.ts'
import { relayOutbox } from '../events/relay.ts'
import { createPool } from '../postgres/pool.ts'
import { commonConfig, Secret } from '../process/config.ts'
import { background, type Step } from '../process/lifecycle.ts'
import type { Log } from '../process/log.ts'
import { createChangeFeed } from '../redis/change-feed.ts'
import { createBlockingRedis, createRedis } from '../redis/client.ts'

/** The environment of a subgraph; its own variables come beside these. */
export const subgraphConfig = {
  ...commonConfig,
  /** Logs in as the role of the owner, with the subgraph's name. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Shared with the gateway, which signs with it. */
  GATEWAY_SECRET: Secret,
}

/** The connections of a subgraph. `steps` close them: they come first in the list of steps, so they are stopped last. */
export function connections(
  owner: string,
  { DATABASE_URL: databaseUrl, REDIS_URL }: { DATABASE_URL: string; REDIS_URL: string },
  log: Log,
) {
  const pool = createPool(databaseUrl, log)
  const redis = createRedis(REDIS_URL, log)
  // For the consumer alone: its commands block the connection.
  const blockingRedis = createBlockingRedis(REDIS_URL, log)
  const feed = createChangeFeed(REDIS_URL, log)
  const shared = { owner, databaseUrl, pool, log }
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
  return {
    pool,
    redis,
    feed,
    steps,
    /** Publishes the events in the owner's outbox. */
    relay: background('relay', (signal) => relayOutbox({ ...shared, redis, signal })),
    /** Consumes the events of one other owner. Once per process: there is one blocking connection. */
    consume: <E extends ConsumedEvent>(
      source: Pick<Parameters<typeof consumeStream<E>>[0], 'consumer' | 'stream' | 'parse' | 'handlers'>,
    ) =>
      background(`consumer ${source.consumer}`, (signal) =>
        consumeStream({ ...shared, ...source, redis: blockingRedis, signal }),
      ),
  }
}
