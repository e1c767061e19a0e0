import { readFileSync } from 'node:fs'
import { parseEvent, streamOf } from '@holdfast/contracts'
import { prismaOn } from '@holdfast/database'
import { connections, subgraph } from '@holdfast/service/graphql'
import { createHttpServer } from '@holdfast/service/http'
import { background, createLog, runProcess } from '@holdfast/service/process'
import type { Deps } from './commands/authorizePayment.ts'
import { completePayments } from './commands/completePayments.ts'
import { reconcileHourly } from './commands/reconcilePayments.ts'
import { config } from './config.ts'
import { contextFor } from './context.ts'
import { onBookingEvents } from './events/consumed.ts'
import { resolvers } from './resolvers/index.ts'
import { createStripe } from './stripe/client.ts'
import { stripeCaller } from './stripe/intents.ts'
import { returnPage } from './stripe/return-page.ts'
import { webhook } from './stripe/webhook.ts'

const log = createLog('payment', config.LOG_LEVEL)
const { pool, relay, consume, steps } = connections('payment', config, log)
const prisma = prismaOn(pool)
const stripe = createStripe(config.STRIPE_SECRET_KEY, config.STRIPE_API_URL)
const now = () => new Date()
const returnUrl = () => config.RETURN_URL ?? `http://${config.HOST}:${server.port()}/payment/return`
const deps: Deps = { pool, log, now, random: Math.random, callStripe: stripeCaller({ stripe, log, returnUrl }) }

const graph = subgraph({
  name: 'payment',
  sdl: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
  resolvers,
  secret: config.GATEWAY_SECRET,
  log,
  context: contextFor(deps, prisma),
})
const server = createHttpServer({
  host: config.HOST,
  port: config.PORT,
  log,
  routes: {
    '/graphql': graph.route,
    '/stripe/webhook': webhook({ stripe, secret: config.STRIPE_WEBHOOK_SECRET, pool, log, now }),
    '/payment/return': returnPage,
  },
  // Ready without Redis and Stripe: payments, captures and voids wait in their rows.
  ready: { postgres: () => pool.query('select 1') },
})

const databaseUrl = config.DATABASE_URL
await runProcess(log, [
  ...steps,
  // Prisma loads its query compiler now, without a network, so that the first customer does not wait for it.
  { name: 'prisma', start: () => prisma.$connect() },
  server,
  ...graph.steps(server),
  // After the server: calls to Stripe name its return page.
  relay,
  consume({
    consumer: 'payment-booking',
    stream: streamOf('booking'),
    parse: parseEvent,
    handlers: onBookingEvents(now, log),
  }),
  background('completer', (signal) => completePayments(deps, databaseUrl, signal)),
  background('reconciliation', (signal) => reconcileHourly({ pool, stripe, log, now }, databaseUrl, signal)),
])
