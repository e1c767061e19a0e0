/** The payment process with everything it speaks to: real Postgres, Redis and Stripe emulator, each for this test alone. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '@holdfast/dev/free-port'
import { testDatabase, testRedis } from '@holdfast/dev/testing'
import { relayOutbox } from '@holdfast/service/events'
import { identityHeader, signIdentity, type Viewer } from '@holdfast/service/identity'
import { createPool } from '@holdfast/service/postgres'
import { createLog } from '@holdfast/service/process'
import { createRedis } from '@holdfast/service/redis'
import pg from 'pg'
import { brokenInvariants } from '../../../e2e/invariants/check.ts'
import { paymentInvariants } from '../../../e2e/invariants/payment.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const gatewaySecret = 'a-secret-of-tests-that-is-long-enough'
export const webhookSecret = 'whsec_tests0000000000000000000000000000'
export const stripeKey = 'sk_test_tests000000000000000000000000'

/** What authorizePayment answers, as far as tests look. */
export interface Answer {
  readonly __typename: string
  readonly message?: string
  readonly code?: string
  readonly state?: string
  readonly attemptsLeft?: number
  readonly holdExpiresAt?: string
  readonly clientSecret?: string
  readonly redirectUrl?: string
  readonly payment?: { id: string; state: string; attempt: number }
}

export interface Held {
  readonly bookingId: string
  readonly customerId: string
}

const authorizePayment = `
  mutation ($input: AuthorizePaymentInput!) {
    authorizePayment(input: $input) {
      __typename
      ... on Problem { message }
      ... on PaymentDeclined { code attemptsLeft holdExpiresAt }
      ... on PaymentMethodUnusable { attemptsLeft holdExpiresAt }
      ... on BookingNotPayable { state }
      ... on PaymentActionRequired { clientSecret redirectUrl payment { ...facts } }
      ... on AuthorizePaymentSuccess { payment { ...facts } }
      ... on PaymentPending { payment { ...facts } }
      ... on PaymentReleased { payment { ...facts } }
    }
  }
  fragment facts on Payment { id state attempt }`

export type Environment = Awaited<ReturnType<typeof startEnvironment>>

/** Starts it; `payment: false` leaves the payment process to be started by the test. */
export async function startEnvironment({ payment: begin = true } = {}) {
  const database = await testDatabase()
  const redis = await testRedis()
  const ports = { payment: await freePort(), stripe: await freePort() }
  const url = { payment: `http://127.0.0.1:${ports.payment}`, stripe: `http://127.0.0.1:${ports.stripe}` }
  const owner = new pg.Pool({ connectionString: database.url('owner'), max: 4 })
  const quiet = createLog('test', 'silent')

  // Booking's events go the real way.
  const bookingPool = createPool(database.url('booking'), quiet)
  const bookingRedis = createRedis(redis.url, quiet)
  const relaying = new AbortController()
  const relay = relayOutbox({
    owner: 'booking',
    databaseUrl: database.url('booking'),
    pool: bookingPool,
    redis: bookingRedis,
    log: quiet,
    signal: relaying.signal,
  })

  const stripe = program('packages/stripe-emulator/src/main.ts', {
    PORT: String(ports.stripe),
    WEBHOOK_URL: `${url.payment}/stripe/webhook`,
    WEBHOOK_SECRET: webhookSecret,
  })
  const payment = program('subgraphs/payment/src/main.ts', {
    PORT: String(ports.payment),
    LOG_LEVEL: 'debug',
    DATABASE_URL: database.url('payment'),
    REDIS_URL: redis.url,
    GATEWAY_SECRET: gatewaySecret,
    STRIPE_SECRET_KEY: stripeKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_API_URL: url.stripe,
  })
  await stripe.start()
  await ready(`${url.stripe}/health/ready`)
  /** Unless it runs. */
  const startPayment = async () => {
    await payment.start()
    await ready(`${url.payment}/health/ready`)
  }
  if (begin) await startPayment()
  await owner.query(`insert into booking.price_plan values ('tests', 'Tests', 'EUR', 100, 25, 2500, 2000)`)

  /** Asks the subgraph as the gateway does. */
  const ask = async (query: string, variables: unknown, viewer: Viewer) => {
    const body = JSON.stringify({ query, variables })
    const response = await fetch(`${url.payment}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [identityHeader]: signIdentity(viewer, 'payment', body, gatewaySecret),
      },
      body,
      signal: AbortSignal.timeout(10_000),
    })
    return (await response.json()) as { data?: Record<string, unknown>; errors?: { extensions: { code: string } }[] }
  }

  const control = async (path: string, form: Record<string, string> = {}) => {
    const response = await fetch(`${url.stripe}/_emulator/${path}`, { method: 'POST', body: new URLSearchParams(form) })
    if (!response.ok) throw new Error(`the emulator refused ${path}: ${await response.text()}`)
  }

  return {
    url,
    owner,
    redis,
    stripe,
    payment,
    startPayment,
    ask,

    /** A change that nothing follows from: how a row looks after something that a test cannot wait for. */
    async pretend(statement: string, values: unknown[]) {
      const client = await owner.connect()
      await client.query('begin; set local session_replication_role = replica')
      await client.query(statement, values)
      await client.query('commit')
      client.release()
    },

    /** A customer's booking in HELD, as booking's own statement leaves it. Authorises 20.00 EUR. */
    async hold({ seconds = 300 } = {}): Promise<Held> {
      const bookingId = randomUUID()
      const customerId = randomUUID()
      const unitId = randomUUID()
      await owner.query(
        `insert into booking.bookable (id, kind, public_id, price_plan_id) values ($1, 'VEHICLE', gen_random_uuid(), 'tests')`,
        [unitId],
      )
      await owner.query(
        `with booking as (
           insert into booking.booking
             (id, customer_id, kind, bookable_ids, currency, authorise_minor, expires_at, hold_expires_at)
           values ($1, $2, 'VEHICLE', array[$3::uuid], 'EUR', 2000, now() + $4 * interval '1 s', now() + $4 * interval '1 s')
         ), item as (
           insert into booking.booking_item values ($1, $3, 'EUR', 100, 25, 2500, 2000)
         )
         update booking.bookable set holder = $1, held_until = now() + $4 * interval '1 s' where id = $3`,
        [bookingId, customerId, unitId, seconds],
      )
      return { bookingId, customerId }
    },

    async pay(held: Held, paymentMethodId: string, requestId: string = randomUUID()): Promise<Answer> {
      const { bookingId, customerId } = held
      const answer = await ask(
        authorizePayment,
        { input: { requestId, bookingId, paymentMethodId } },
        customer(customerId),
      )
      if (answer.errors) throw new Error(`the subgraph answered ${JSON.stringify(answer.errors)}`)
      return answer.data?.['authorizePayment'] as Answer
    },

    async bookingState({ bookingId }: Held): Promise<string> {
      const { rows } = await owner.query('select state from booking.booking where id = $1', [bookingId])
      return rows[0].state
    },

    /** The booking's latest attempt. */
    async latest({ bookingId }: Held) {
      const { rows } = await owner.query(
        'select * from payment.payment where booking_id = $1 order by attempt desc limit 1',
        [bookingId],
      )
      return rows[0]
    },

    /** Rides it: started, then over, for this fare. */
    async ride({ bookingId }: Held, fareMinor: number) {
      await owner.query(`select booking.start($1, now(), null)`, [bookingId])
      const money = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
      const lines = [{ kind: 'UNLOCK', quantity: 1, unit: money(fareMinor), total: money(fareMinor) }]
      await owner.query(
        `update booking.booking
         set state = 'COMPLETED', ended_at = now(), expires_at = null, fare_minor = $2, fare_lines = $3 where id = $1`,
        [bookingId, fareMinor, JSON.stringify(lines)],
      )
    },

    async end({ bookingId }: Held, state: 'CANCELLED' | 'EXPIRED') {
      await owner.query(
        `update booking.booking set state = $2::booking.booking_state, expires_at = null,
           cancel_reason = case when $2 = 'CANCELLED' then 'CUSTOMER' end::booking.cancel_reason
         where id = $1`,
        [bookingId, state],
      )
    },

    /** Stripe's intents for a booking, as its books have them. */
    async intents({ bookingId }: Held): Promise<{ id: string; status: string; amount_received: number }[]> {
      const response = await fetch(`${url.stripe}/_emulator/intents?metadata[booking_id]=${bookingId}`)
      return ((await response.json()) as { data: { id: string; status: string; amount_received: number }[] }).data
    },

    /** The bank's customer agrees, or does not. */
    authenticate: (intentId: string, outcome: 'succeed' | 'fail') =>
      control(`intents/${intentId}/authentication`, { outcome }),

    fault: (fault: { kind: string; path?: string; event?: string; times?: string; method?: string; ms?: string }) =>
      control('faults', fault),

    /** Waits until nothing is left to do, then expects all books to agree. */
    async settled() {
      await until(async () => (await paymentsUnderWay(owner)) === 0, 20_000)
      const broken = await brokenInvariants(owner, paymentInvariants)
      if (broken.length > 0) throw new Error(`invariants are broken: ${JSON.stringify(broken)}`)
    },

    /** Stops everything. Throws when the payment process has written anything secret to its log. */
    async close() {
      await payment.stop()
      await stripe.stop()
      relaying.abort()
      await relay
      bookingRedis.disconnect()
      await bookingPool.end()
      await owner.end()
      await redis.stop()
      await database.drop()
      const passwords = [database.url('payment'), redis.url].map((each) => new URL(each).password)
      const secrets = ['pm_', '_secret_', stripeKey, webhookSecret, gatewaySecret, ...passwords]
      for (const line of payment.output().split('\n')) {
        if (secrets.some((secret) => secret !== '' && line.includes(secret)))
          throw new Error(`a secret was logged: ${line}`)
      }
    },
  }
}

export const customer = (id: string): Viewer => ({ id, role: 'customer', scopes: [] })

/** Waits for something that happens elsewhere. */
export async function until(done: () => Promise<boolean>, ms = 20_000): Promise<void> {
  const deadline = Date.now() + ms
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`did not happen within ${ms} ms: ${done}`)
    await sleep(25)
  }
}

const ready = (url: string) =>
  until(
    () =>
      fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
        ({ ok }) => ok,
        () => false,
      ),
    60_000,
  )

/** How much is still to do: payments that are looked at again, and ends of bookings that were not consumed yet. */
async function paymentsUnderWay(owner: pg.Pool): Promise<number> {
  const { rows } = await owner.query(
    `select
      (select count(*) from payment.payment where next_try_at is not null)
      + (select count(*) from booking.outbox o where o.type = any($1) and not exists (
           select from payment.inbox i where i.consumer = 'payment-booking' and i.event_id = o.event_id)) as n`,
    [['BookingCompleted', 'HoldExpired', 'BookingExpired', 'BookingCancelled']],
  )
  return Number(rows[0].n)
}

function program(entry: string, env: Record<string, string>) {
  let child: ChildProcess | undefined
  let output = ''
  // A test that is aborted runs no afterAll.
  process.once('exit', () => child?.kill('SIGKILL'))
  const running = () => child !== undefined && child.exitCode === null && child.signalCode === null
  const signal = async (name: NodeJS.Signals) => {
    if (!child || !running()) return
    const gone = once(child, 'exit')
    child.kill(name)
    await gone
  }
  return {
    /** All it has written so far, over all starts. */
    output: () => output,
    async start(overrides: Record<string, string> = {}) {
      if (running()) return
      child = spawn(process.execPath, [entry], {
        cwd: root,
        env: { PATH: process.env['PATH'], ...env, ...overrides },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
      await once(child, 'spawn')
    },
    stop: () => signal('SIGTERM'),
    kill: () => signal('SIGKILL'),
    pause: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
  }
}
