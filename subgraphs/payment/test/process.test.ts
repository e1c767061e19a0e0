import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Environment, startEnvironment, until } from './environment.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

const startWith = (env: Record<string, string>) =>
  new Promise<{ code: number | null; stderr: string }>((resolve) => {
    const child = execFile(process.execPath, [main], { env, timeout: 30_000 }, (_, __, stderr) =>
      resolve({ code: child.exitCode, stderr }),
    )
  })

it('names every fault of its configuration at once and does not start', async () => {
  const { code, stderr } = await startWith({ PORT: '99999', STRIPE_SECRET_KEY: 'pk_live_1234567890123456789012345678' })
  expect(code).toBe(1)
  for (const name of [
    'PORT',
    'DATABASE_URL',
    'REDIS_URL',
    'GATEWAY_SECRET',
    'STRIPE_SECRET_KEY',
    'STRIPE_WEBHOOK_SECRET',
  ]) {
    expect(stderr).toContain(`  ${name}: `)
  }
  expect(stderr).not.toContain('pk_live_')
})

describe('the process', () => {
  let environment: Environment
  beforeAll(async () => {
    environment = await startEnvironment()
  }, 90_000)
  afterAll(() => environment.close())

  it('is live, ready without Redis and Stripe, and counts', async () => {
    environment.stripe.pause()
    await environment.redis.pause()
    try {
      for (const path of ['live', 'ready']) {
        expect((await fetch(`${environment.url.payment}/health/${path}`)).status).toBe(200)
      }
    } finally {
      await environment.redis.resume()
      environment.stripe.resume()
    }
    const metrics = await (await fetch(`${environment.url.payment}/metrics`)).text()
    expect(metrics).toContain('holdfast_stripe_call_seconds')
  })

  it('has its trace in the row, the event and the log', async () => {
    const held = await environment.hold()
    await environment.pay(held, 'pm_card_visa_chargeDeclined')
    const { traceparent } = await environment.latest(held)
    const { rows } = await environment.owner.query('select traceparent from payment.outbox where subject = $1', [
      held.bookingId,
    ])
    const traceId = (of: string) => of.split('-')[1]
    expect(traceId(traceparent)).toMatch(/^[0-9a-f]{32}$/)
    expect(rows.map((row) => traceId(row.traceparent))).toEqual([traceId(traceparent)])
    await environment.settled()
  })

  it('finishes what it holds when it is told to stop', async () => {
    const held = await environment.hold()
    await environment.fault({ kind: 'latency', ms: '1200', method: 'POST', path: '/v1/payment_intents' })
    const paying = environment.pay(held, 'pm_card_visa')
    await until(async () => (await environment.bookingState(held)) === 'PROCESSING')
    const stopped = environment.payment.stop()
    expect(await paying).toMatchObject({ __typename: 'AuthorizePaymentSuccess' })
    await stopped
    expect(environment.payment.output()).toContain('"msg":"stopped"')
    await environment.startPayment()
    await environment.settled()
  })
})
