import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { paidBy, refusal, reservation, startAccount } from './account.ts'
import { until } from './receiver.ts'

let account: Awaited<ReturnType<typeof startAccount>>

beforeEach(async () => {
  account = await startAccount()
})

afterEach(() => account[Symbol.asyncDispose]())

/** A request with a fault in its header; null when the connection broke. */
async function post(
  path: string,
  form: Record<string, string>,
  headers: Record<string, string>,
): Promise<Response | null> {
  return fetch(`${account.emulator.url}/v1/${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { authorization: 'Bearer sk_test_x', ...headers },
  }).catch(() => null)
}

const payment = {
  amount: '2000',
  currency: 'eur',
  capture_method: 'manual',
  confirm: 'true',
  payment_method: 'pm_card_visa',
  'allowed_payment_method_types[]': 'card',
}

const intents = async () => (await account.stripe.paymentIntents.list()).data

describe('a lost response', () => {
  it('has taken effect, and the same key finds it', async () => {
    const headers = { 'idempotency-key': 'once' }
    expect(await post('payment_intents', payment, { ...headers, 'x-emulator-fault': 'response-lost' })).toBeNull()
    const [kept] = await intents()
    expect(kept?.status).toBe('requires_capture')
    const again = await post('payment_intents', payment, headers)
    expect(again?.headers.get('idempotent-replayed')).toBe('true')
    expect(await again?.json()).toMatchObject({ id: kept?.id })
    expect(await intents()).toHaveLength(1)
  })
})

describe('a reset', () => {
  it('has taken no effect, and the key is still unused', async () => {
    const headers = { 'idempotency-key': 'once' }
    expect(await post('payment_intents', payment, { ...headers, 'x-emulator-fault': 'reset' })).toBeNull()
    expect(await intents()).toHaveLength(0)
    const again = await post('payment_intents', payment, headers)
    expect(again?.headers.get('idempotent-replayed')).toBeNull()
    expect(await intents()).toHaveLength(1)
  })
})

describe('a server error', () => {
  it('takes no effect and is what the key answers from then on', async () => {
    const headers = { 'idempotency-key': 'unlucky' }
    const failed = await post('payment_intents', payment, { ...headers, 'x-emulator-fault': 'server-error' })
    expect([failed?.status, failed?.headers.get('stripe-should-retry')]).toEqual([500, 'false'])
    const again = await post('payment_intents', payment, headers)
    expect([again?.status, again?.headers.get('idempotent-replayed')]).toEqual([500, 'true'])
    expect(await intents()).toHaveLength(0)
    expect((await post('payment_intents', payment, { 'idempotency-key': 'luckier' }))?.status).toBe(200)
  })
})

describe('refusals under load', () => {
  it.each([
    ['rate-limit', 'rate_limit'],
    ['lock-timeout', 'lock_timeout'],
  ])('%s is 429 and does not use up the key', async (fault, code) => {
    const headers = { 'idempotency-key': 'patient' }
    const limited = await post('payment_intents', payment, { ...headers, 'x-emulator-fault': fault })
    expect(limited?.status).toBe(429)
    expect(await limited?.json()).toMatchObject({ error: { code } })
    expect((await post('payment_intents', payment, headers))?.status).toBe(200)
  })

  it('come by themselves when a rate is set', async () => {
    await using limited = await startAccount({ rateLimitPerSecond: 3 })
    const answers = await Promise.allSettled(Array.from({ length: 6 }, () => limited.stripe.customers.list()))
    const refused = answers.filter(({ status }) => status === 'rejected')
    expect(refused.length).toBeGreaterThanOrEqual(2)
    expect(refused.length).toBeLessThanOrEqual(3)
    expect(refused[0]).toMatchObject({ reason: { type: 'StripeRateLimitError', statusCode: 429 } })
  })
})

describe('latency', () => {
  it('keeps the key in use until the answer is there', async () => {
    const headers = { 'idempotency-key': 'twice' }
    account.emulator.arm({ kind: 'latency', ms: 600 })
    const slow = post('payment_intents', payment, headers)
    await until(async () => Object(await account.control('GET', 'faults')).armed.length === 0)
    const hasty = await post('payment_intents', payment, headers)
    expect([hasty?.status, hasty?.headers.get('stripe-should-retry')]).toEqual([409, 'true'])
    expect(await hasty?.json()).toMatchObject({ error: { code: 'idempotency_key_in_use' } })
    const first = (await (await slow)?.json()) as { id: string }
    const again = await post('payment_intents', payment, headers)
    expect(await again?.json()).toMatchObject({ id: first.id })
  })
})

describe('a request that still waits when the emulator stops', () => {
  it('does not execute any more', async () => {
    const complaints: Record<string, unknown>[] = []
    const stopped = await startAccount({ log: (_, facts) => complaints.push(facts) })
    stopped.emulator.arm({ kind: 'latency', ms: 4_000 })
    const lost = stopped.stripe.customers.create().catch(() => 'lost')
    await until(async () => Object(await stopped.control('GET', 'faults')).armed.length === 0)
    await stopped.emulator.close()
    expect(await lost).toBe('lost')
    await until(() => complaints.length > 0)
    expect(complaints).toMatchObject([{ error: expect.stringContaining('AbortError') }])
  })
})

describe('an armed fault', () => {
  it('hits the next requests to its path, as often as it was armed for, and no others', async () => {
    const { stripe, control } = account
    await control('POST', 'faults', { kind: 'server-error', times: 2, path: '/v1/payment_intents/*/capture' })
    const { id } = await stripe.paymentIntents.create(paidBy('pm_card_visa'))
    for (const idempotencyKey of ['a', 'b']) {
      expect((await refusal(stripe.paymentIntents.capture(id, {}, { idempotencyKey }))).statusCode).toBe(500)
    }
    expect((await stripe.paymentIntents.capture(id)).status).toBe('succeeded')
    expect(await control('GET', 'faults')).toEqual({ armed: [] })
  })

  it('can be disarmed', async () => {
    account.emulator.arm({ kind: 'reset', times: 5 })
    await account.control('DELETE', 'faults')
    expect((await account.stripe.paymentIntents.create(reservation)).status).toBe('requires_payment_method')
  })

  it('that makes no sense is refused', async () => {
    expect(await account.control('POST', 'faults', { kind: 'explosion' })).toMatchObject({ error: { param: 'kind' } })
    expect(await account.control('POST', 'faults', { kind: 'latency', ms: 90_000 })).toMatchObject({
      error: { param: 'ms' },
    })
    expect((await post('customers', {}, { 'x-emulator-fault': 'explosion' }))?.status).toBe(400)
  })
})
