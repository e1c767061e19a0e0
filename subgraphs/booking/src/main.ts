import { readFileSync } from 'node:fs'
import { parseEvent, streamOf } from '@holdfast/contracts'
import { prismaOn } from '@holdfast/database'
import { connections, subgraph } from '@holdfast/service/graphql'
import { createHttpServer } from '@holdfast/service/http'
import { background, createLog, repeat, runProcess } from '@holdfast/service/process'
import { expireBookings } from './commands/expireBookings.ts'
import { config } from './config.ts'
import { contextFor } from './context.ts'
import { onFleetEvents } from './events/consumed.ts'
import { resolvers } from './resolvers/index.ts'
import { deleteOldRequests } from './store/requests.ts'

const hourMs = 3_600_000

const log = createLog('booking', config.LOG_LEVEL)
const { pool, feed, relay, consume, steps } = connections('booking', config, log)
const prisma = prismaOn(pool)

const graph = subgraph({
  name: 'booking',
  sdl: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
  resolvers,
  secret: config.GATEWAY_SECRET,
  log,
  context: contextFor({ pool }, prisma, feed),
})
// Ready without Redis: a booking needs only Postgres, and its events wait in the outbox.
const server = createHttpServer({
  host: config.HOST,
  port: config.PORT,
  log,
  routes: { '/graphql': graph.route },
  ready: { postgres: () => pool.query('select 1') },
})

await runProcess(log, [
  ...steps,
  // Loads Prisma's query compiler, so that the first customer does not wait for that.
  { name: 'prisma', start: () => prisma.$connect() },
  relay,
  consume({ consumer: 'booking-fleet', stream: streamOf('fleet'), parse: parseEvent, handlers: onFleetEvents }),
  background('expiry', (signal) => expireBookings({ databaseUrl: config.DATABASE_URL, pool, log, signal })),
  background('old requests', (signal) => repeat(signal, hourMs, log, () => deleteOldRequests(pool, signal))),
  server,
  ...graph.steps(server),
])
