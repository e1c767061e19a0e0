import { readFileSync } from 'node:fs'
import { parseEvent, streamOf } from '@holdfast/contracts'
import { prismaOn } from '@holdfast/database'
import { consumeStream, relayOutbox } from '@holdfast/service/events'
import { subgraph } from '@holdfast/service/graphql'
import { httpServer } from '@holdfast/service/http'
import { createPool } from '@holdfast/service/postgres'
import { background, createLog, repeat, runProcess } from '@holdfast/service/process'
import { createBlockingRedis, createChangeFeed, createRedis } from '@holdfast/service/redis'
import { expireHolds } from './commands/expireHolds.ts'
import { config } from './config.ts'
import { contextFor } from './context.ts'
import { onFleetEvents } from './events/consumed.ts'
import { resolvers } from './resolvers/index.ts'
import { forgetRequests } from './store/requests.ts'
import { wire } from './wiring.ts'

const { HOST, PORT, LOG_LEVEL, DATABASE_URL, REDIS_URL, GATEWAY_SECRET } = config()
const hourMs = 3_600_000

const log = createLog('booking', LOG_LEVEL)
const pool = createPool(DATABASE_URL, log)
const prisma = prismaOn(pool)
const redis = createRedis(REDIS_URL, log)
const streamRedis = createBlockingRedis(REDIS_URL, log)
const live = createChangeFeed(REDIS_URL, log)

const graph = subgraph({
  name: 'booking',
  sdl: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
  resolvers,
  secret: GATEWAY_SECRET,
  log,
  context: contextFor(wire(pool, prisma, live)),
})
// Ready without Redis: bookings need only Postgres, and what they publish waits in the outbox.
const door = httpServer({
  host: HOST,
  port: PORT,
  log,
  routes: { '/graphql': graph.route },
  ready: { postgres: () => pool.query('select 1') },
})
const shared = { databaseUrl: DATABASE_URL, pool, log }

await runProcess(log, [
  // Prisma loads its query compiler now (it asks nobody), so that the first customer does not wait for that.
  { name: 'postgres', start: () => prisma.$connect(), stop: () => pool.end() },
  {
    name: 'redis',
    start: () => undefined,
    stop: () => {
      live.stop()
      redis.disconnect()
      streamRedis.disconnect()
    },
  },
  background('relay', (signal) => relayOutbox({ ...shared, owner: 'booking', redis, signal })),
  background('fleet events', (signal) =>
    consumeStream({
      ...shared,
      consumer: 'booking-fleet',
      owner: 'booking',
      stream: streamOf('fleet'),
      redis: streamRedis,
      signal,
      parse: parseEvent,
      handlers: onFleetEvents,
    }),
  ),
  background('expiry', (signal) => expireHolds({ ...shared, signal })),
  background('tidy', (signal) => repeat(signal, hourMs, log, () => forgetRequests(pool, signal))),
  door,
  ...graph.steps(door),
])
