import { readFileSync } from 'node:fs'
import { prismaOn } from '@holdfast/database'
import {
  createBlockingRedis,
  createLog,
  createPool,
  createRedis,
  httpDoor,
  relayOutbox,
  runProcess,
  subgraph,
} from '@holdfast/service'
import { completePayments } from './commands/completePayments.ts'
import { reconcileHourly } from './commands/reconcilePayments.ts'
import { config } from './config.ts'
import { contextFor } from './context.ts'
import { consumeBookingEvents } from './events/consumed.ts'
import { resolvers } from './resolvers/index.ts'
import { returnPage } from './return-page.ts'
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
const door = httpDoor({
  host: HOST,
  port: PORT,
  log,
  routes: {
    '/graphql': graph.route,
    '/stripe/webhook': webhook({ stripe, secret: given.STRIPE_WEBHOOK_SECRET, pool, log, now }),
    '/payment/return': returnPage,
  },
  ready: { postgres: () => pool.query('select 1'), redis: () => relayRedis.ping() },
})

const stopping = new AbortController()
const { signal } = stopping
const background = { owner: 'payment', databaseUrl: DATABASE_URL, pool, log, signal, now }
let loops: Promise<unknown> = Promise.resolve()

await runProcess(log, [
  { name: 'postgres', start: () => undefined, stop: () => pool.end() },
  {
    name: 'redis',
    start: () => undefined,
    stop: () => {
      relayRedis.disconnect()
      streamRedis.disconnect()
    },
  },
  ...graph.steps(door),
  door,
  {
    name: 'loops',
    start: () => {
      loops = Promise.all([
        completePayments(deps)(DATABASE_URL, signal),
        reconcileHourly(deps)(DATABASE_URL, signal),
        relayOutbox({ ...background, redis: relayRedis }),
        consumeBookingEvents({ ...background, redis: streamRedis }),
      ])
    },
    stop: () => {
      stopping.abort()
      return loops
    },
  },
])
