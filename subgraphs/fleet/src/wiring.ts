/** Everything that lives as long as the process, put together; nothing is started yet. */
import { randomUUID } from 'node:crypto'
import { prismaOn } from '@holdfast/database'
import { createPool } from '@holdfast/service/postgres'
import type { Log } from '@holdfast/service/process'
import { createBlockingRedis, createChangeFeed, createRedis } from '@holdfast/service/redis'
import type { Deps } from './commands/deps.ts'
import type { config as read } from './config.ts'
import { createAnnouncer } from './live/announce.ts'
import { createIntake } from './mqtt/intake.ts'
import { listenToVehicles } from './mqtt/listen.ts'
import { createSender, line } from './mqtt/sender.ts'
import type { ReadParts } from './reads.ts'
import { createCatalogue } from './store/catalogue.ts'
import { createSearchIndex } from './store/searchIndex.ts'
import { deviceIdsAfter } from './store/vehicles.ts'

const parkedIntervalMs = 15 * 60_000

export function wire(config: typeof read, log: Log) {
  const now = () => new Date()
  const pool = createPool(config.DATABASE_URL, log)
  const prisma = prismaOn(pool)
  const redis = createRedis(config.REDIS_URL, log)
  /** For the consumer alone: it blocks. */
  const streamRedis = createBlockingRedis(config.REDIS_URL, log)
  const live = createChangeFeed(config.REDIS_URL, log)
  const client = line({
    url: config.MQTT_URL,
    username: config.MQTT_USERNAME,
    password: config.MQTT_PASSWORD,
    clientId: config.MQTT_CLIENT_ID,
  })

  const catalogue = createCatalogue(prisma, log)
  const index = createSearchIndex({ redis, pool, log })
  const announce = createAnnouncer({ redis, index, log })
  const sender = createSender({ client, key: config.commandKey, log })
  const deps: Deps = {
    pool,
    log,
    now,
    newId: randomUUID,
    listing: config.listing,
    commandTtlMs: config.COMMAND_TTL_SECONDS * 1_000,
    zones: catalogue.zones,
    announce,
    sender,
  }
  const reads: ReadParts = { pool, prisma, index, catalogue, live, log, now, graceMs: config.listing.graceMs }
  const intake = createIntake(deps, (deviceIds) =>
    sender.configure(deviceIds, { v: 1, parkedIntervalMs, movingIntervalMs: config.MOVING_INTERVAL_MS }),
  )
  const vehicles = listenToVehicles(client, intake.heard, (last, limit) => deviceIdsAfter(pool, last, limit), log)
  return { pool, redis, streamRedis, live, catalogue, index, announce, deps, reads, intake, vehicles }
}
