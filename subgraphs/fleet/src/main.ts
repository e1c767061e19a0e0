import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { prismaOn } from '@holdfast/database'
import {
  asLeader,
  background,
  createBlockingRedis,
  createLive,
  createLog,
  createPool,
  createRedis,
  every,
  httpDoor,
  relayOutbox,
  runProcess,
  subgraph,
} from '@holdfast/service'
import type { Deps } from './commands/deps.ts'
import { lookAfterCommands } from './commands/lookAfterCommands.ts'
import { lookAfterContact } from './commands/lookAfterContact.ts'
import { config } from './config.ts'
import { contextFrom } from './context.ts'
import { consumeBooking } from './events/consumed.ts'
import { createAnnouncer } from './live/announce.ts'
import { keepIndex } from './live/keepIndex.ts'
import { createIntake } from './mqtt/intake.ts'
import { listenToVehicles } from './mqtt/listen.ts'
import { createSender, line } from './mqtt/sender.ts'
import { resolvers } from './resolvers/index.ts'
import { createCatalogue } from './store/catalogue.ts'
import { createSearchIndex } from './store/searchIndex.ts'
import { deviceIdsAfter } from './store/vehicles.ts'

const commandsEvery = 250 // ms: how late an unsent command may be noticed
const contactEvery = 5_000 // ms
const parkedIntervalMs = 15 * 60_000

const log = createLog('fleet', config.LOG_LEVEL)
const now = () => new Date()
const { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = config

const pool = createPool(databaseUrl, log)
const prisma = prismaOn(pool)
const redis = createRedis(redisUrl, log)
const streamRedis = createBlockingRedis(redisUrl, log)
const live = createLive(redisUrl, log)
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

const intake = createIntake(deps, (deviceIds) =>
  sender.configure(deviceIds, { v: 1, parkedIntervalMs, movingIntervalMs: config.MOVING_INTERVAL_MS }),
)
const vehicles = listenToVehicles(client, intake.heard, (last, limit) => deviceIdsAfter(pool, last, limit), log)
const graph = subgraph({
  name: 'fleet',
  sdl: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
  resolvers,
  secret: config.GATEWAY_SECRET,
  log,
  context: contextFrom(deps, { pool, prisma, index, catalogue, live, log, now, graceMs: config.listing.graceMs }),
})
const door = httpDoor({
  host: config.HOST,
  port: config.PORT,
  log,
  routes: { '/graphql': graph.route },
  ready: { postgres: () => pool.query('select 1'), redis: () => redis.ping(), mqtt: vehicles.ready },
})

const led = (name: string, pauseMs: number, work: () => Promise<unknown>) =>
  background(name, (signal) =>
    asLeader(databaseUrl, `fleet ${name}`, signal, log, (leading) => every(leading, pauseMs, log, work)),
  )

await runProcess(log, [
  { name: 'postgres', start: () => undefined, stop: () => pool.end() },
  {
    name: 'redis',
    start: () => undefined,
    stop: () => {
      live.stop()
      streamRedis.disconnect()
      redis.disconnect()
    },
  },
  { name: 'first reading', start: catalogue.refresh },
  catalogue.step,
  keepIndex({ redis, index, announce, log }),
  ...intake.steps,
  ...vehicles.steps,
  background('relay', (signal) => relayOutbox({ owner: 'fleet', databaseUrl, pool, redis, log, signal })),
  background('booking', (signal) => consumeBooking(deps, { pool, redis: streamRedis, databaseUrl, log, signal })),
  led('commands', commandsEvery, lookAfterCommands(deps)),
  led('contact', contactEvery, lookAfterContact(deps)),
  door,
  ...graph.steps(door),
])
