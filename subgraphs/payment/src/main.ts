import { readFileSync } from 'node:fs'
import { prismaOn } from '@holdfast/database'
import { relayOutbox } from '@holdfast/service/events'
import { subgraph } from '@holdfast/service/graphql'
import { httpServer } from '@holdfast/service/http'
import { createPool } from '@holdfast/service/postgres'
import { background, createLog, runProcess } from '@holdfast/service/process'
import { createBlockingRedis, createRedis } from '@holdfast/service/redis'
import { completePayments } from './commands/completePayments.ts'
import { reconcileHourly } from './commands/reconcilePayments.ts'
import { config } from './config.ts'
import { contextFor } from './context.ts'
import { consumeBookingEvents } from './events/consumed.ts'
import { resolvers } from './resolvers/index.ts'
import { returnPage } from './return-page.ts'
import { ping } from './store/payments.ts'
import { createStripe } from './stripe/client.ts'
import { askStripe } from './stripe/intents.ts'
import { webhook } from './stripe/webhook.ts'

const { HOST, PORT, LOG_LEVEL, DATABASE_URL, REDIS_URL, GATEWAY_SECRET, ...given } = config()

const log = createLog('payment', LOG_LEVEL)
const pool = createPool(DATABASE_URL, log)
const prisma = prismaOn(pool)
const relayRedis = createRedis(REDIS_URL, log)
const streamRedis = createBlockingRedis(REDIS_URL, log)
const stripe = createStripe(given.STRIPE_SECRET_KEY, given.STRIPE_API_URL)
const now = () => new Date()
const returnUrl = () => given.RETURN_URL ?? `http://${HOST}:${door.port()}/payment/return`
const deps = { pool, log, stripe, now, chance: Math.random, ask: askStripe({ stripe, log, returnUrl }) }

const graph = subgraph({
  name: 'payment',
  sdl: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
  resolvers,
  secret: GATEWAY_SECRET,
  log,
  context: contextFor(deps, prisma),
})
// Ready without Redis and Stripe: what is paid, taken or released meanwhile waits in its row.
const door = httpServer({
  host: HOST,
  port: PORT,
  log,
  routes: {
    '/graphql': graph.route,
    '/stripe/webhook': webhook({ stripe, secret: given.STRIPE_WEBHOOK_SECRET, pool, log, now }),
    '/payment/return': returnPage,
  },
  ready: { postgres: () => ping(pool) },
})

const shared = { databaseUrl: DATABASE_URL, pool, log, now }

await runProcess(log, [
  // Prisma loads its query compiler now (it asks nobody), so that the first customer does not wait for that.
  { name: 'postgres', start: () => prisma.$connect(), stop: () => pool.end() },
  {
    name: 'redis',
    start: () => undefined,
    stop: () => {
      relayRedis.disconnect()
      streamRedis.disconnect()
    },
  },
  door,
  ...graph.steps(door),
  // After the door: what they ask of Stripe says where the door's return page is.
  background('relay', (signal) => relayOutbox({ ...shared, owner: 'payment', redis: relayRedis, signal })),
  background('booking events', (signal) => consumeBookingEvents({ ...shared, redis: streamRedis, signal })),
  background('completer', (signal) => completePayments(deps)(DATABASE_URL, signal)),
  background('reconciliation', (signal) => reconcileHourly(deps)(DATABASE_URL, signal)),
])
