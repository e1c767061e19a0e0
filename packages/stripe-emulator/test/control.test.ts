import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { eventTypes, paidBy, refusal, startAccount } from './account.ts'

let account: Awaited<ReturnType<typeof startAccount>>

beforeEach(async () => {
  account = await startAccount()
})

afterEach(() => account[Symbol.asyncDispose]())

const sale = (card: string) => ({ ...paidBy(card), capture_method: 'automatic' as const })
const hour = 3_600
const day = 86_400

describe('a search', () => {
  it('goes on where its page ended, whatever came since, and expands', async () => {
    const { stripe } = account
    const create = () => stripe.paymentIntents.create({ ...paidBy('pm_card_visa'), metadata: { trip: 'A' } })
    const [oldest, middle, newest] = [await create(), await create(), await create()]
    const query = `metadata['trip']:'a'`
    const first = await stripe.paymentIntents.search({ query, limit: 2, expand: ['data.latest_charge'] })
    expect(first.data).toMatchObject([
      { id: newest.id, latest_charge: { object: 'charge' } },
      { id: middle.id, latest_charge: { object: 'charge' } },
    ])
    await create()
    const second = await stripe.paymentIntents.search({ query, limit: 2, page: String(first.next_page) })
    expect(second).toMatchObject({ data: [{ id: oldest.id }], has_more: false, next_page: null })
    expect((await refusal(stripe.paymentIntents.search({ query, page: 'pi_none' }))).param).toBe('page')
  })
})

describe('the clock', () => {
  it('expires a reservation at its time and not before', async () => {
    const { stripe, control } = account
    const { id } = await stripe.paymentIntents.create(paidBy('pm_card_visa'))
    await control('POST', 'clock/advance', { seconds: 7 * day - 60 })
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('requires_capture')
    await control('POST', 'clock/advance', { seconds: 60 })
    const expired = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] })
    expect(expired).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'automatic',
      amount_capturable: 0,
      latest_charge: { captured: false, refunded: true },
    })
    expect((await eventTypes(stripe)).slice(-2)).toEqual(['charge.expired', 'payment_intent.canceled'])
    expect((await refusal(stripe.paymentIntents.capture(id))).code).toBe('payment_intent_unexpected_state')
  })

  it('leaves a captured payment alone', async () => {
    const { stripe, emulator } = account
    const { id } = await stripe.paymentIntents.create(paidBy('pm_card_visa'))
    await stripe.paymentIntents.capture(id)
    emulator.clock.advance(30 * day)
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('succeeded')
  })

  it('frees idempotency keys after a day', async () => {
    const { stripe, emulator } = account
    const create = () => stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'ada' })
    const first = await create()
    emulator.clock.advance(day - 60)
    expect((await create()).id).toBe(first.id)
    emulator.clock.advance(60)
    expect((await create()).id).not.toBe(first.id)
  })

  it('only goes forward', async () => {
    expect(await account.control('POST', 'clock/advance', { seconds: -5 })).toMatchObject({
      error: { param: 'seconds' },
    })
  })
})

describe('a refund', () => {
  const refunded = async (card: string) => {
    const { id } = await account.stripe.paymentIntents.create(sale(card))
    return account.stripe.refunds.create({ payment_intent: id })
  }
  const status = async (id: string) => (await account.stripe.refunds.retrieve(id)).status

  it('of pm_card_pendingRefund settles an hour later, or on command', async () => {
    const [waits, settled] = [await refunded('pm_card_pendingRefund'), await refunded('pm_card_pendingRefund')]
    expect(waits.status).toBe('pending')
    await account.control('POST', `refunds/${settled.id}/settle`)
    expect([await status(settled.id), await status(waits.id)]).toEqual(['succeeded', 'pending'])
    account.emulator.clock.advance(hour)
    expect(await status(waits.id)).toBe('succeeded')
    expect(await eventTypes(account.stripe)).toContain('charge.refund.updated')
  })

  it('of pm_card_refundFail fails an hour after it succeeded, and the money is there again', async () => {
    const refund = await refunded('pm_card_refundFail')
    expect(refund.status).toBe('succeeded')
    account.emulator.clock.advance(hour)
    expect(await account.stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: 'failed',
      failure_reason: 'expired_or_canceled_card',
      failure_balance_transaction: expect.stringMatching(/^txn_/),
    })
    expect(await account.stripe.charges.retrieve(String(refund.charge))).toMatchObject({
      refunded: false,
      amount_refunded: 0,
    })
    expect((await eventTypes(account.stripe)).slice(-3)).toEqual([
      'refund.failed',
      'refund.updated',
      'charge.refund.updated',
    ])
  })

  it('to a card cannot be canceled', async () => {
    const refund = await refunded('pm_card_pendingRefund')
    expect((await refusal(account.stripe.refunds.cancel(refund.id))).statusCode).toBe(400)
  })
})

describe('the ledger', () => {
  it('has the same sum as the balance transactions', async () => {
    const { stripe, control } = account
    const booked = { metadata: { booking_id: 'b1' } }
    const { id } = await stripe.paymentIntents.create({ ...paidBy('pm_card_visa'), ...booked })
    await stripe.paymentIntents.capture(id, { amount_to_capture: 1_200 })
    await stripe.refunds.create({ payment_intent: id, amount: 200 })
    await stripe.paymentIntents.create(paidBy('pm_card_visa'))
    expect(await control('GET', 'ledger')).toMatchObject({
      intents: [
        { id, status: 'succeeded', asked: 2_000, reserved: 0, captured: 1_200, refunded: 200, ...booked },
        { status: 'requires_capture', reserved: 2_000, captured: 0, refunded: 0 },
      ],
      totals: { eur: { reserved: 2_000, captured: 1_200, refunded: 200 } },
    })
    const movements = await stripe.balanceTransactions.list()
    expect(movements.data.reduce((sum, { amount }) => sum + amount, 0)).toBe(1_000)
    expect(movements.data.every(({ amount, fee, net }) => net === amount - fee)).toBe(true)
    expect(await control('GET', 'intents?metadata[booking_id]=b1')).toMatchObject({ data: [{ id }] })
    const search = await stripe.paymentIntents.search({ query: "metadata['booking_id']:'b1' AND status:'succeeded'" })
    expect(search.data.map((intent) => intent.id)).toEqual([id])
  })
})

describe('reset', () => {
  it('forgets what happened, and never gives an id out twice', async () => {
    const { stripe, control } = account
    const before = await stripe.customers.create()
    await control('POST', 'reset')
    expect((await stripe.customers.list()).data).toEqual([])
    expect((await stripe.customers.create()).id).not.toBe(before.id)
  })
})

it('counts what it answered, for Prometheus', async () => {
  await fetch(`${account.emulator.url}/v1/charges`) // Without a key.
  const metrics = await (await fetch(`${account.emulator.url}/metrics`)).text()
  expect(metrics).toMatch(/^stripe_emulator_requests_total\{status="401"\} [1-9]/m)
})

describe('health', () => {
  it.each(['live', 'ready'])('%s is 200', async (which) => {
    expect((await fetch(`${account.emulator.url}/health/${which}`)).status).toBe(200)
  })
})

describe('other requests', () => {
  it('to unknown paths are answered with 404', async () => {
    expect((await fetch(`${account.emulator.url}/_emulator/nothing`)).status).toBe(404)
    const headers = { authorization: 'Bearer sk_test_x' }
    const unknown = await fetch(`${account.emulator.url}/v1/unicorns`, { headers })
    expect([unknown.status, await unknown.json()]).toMatchObject([404, { error: { type: 'invalid_request_error' } }])
  })

  it('with a live key are refused, and the key is not repeated', async () => {
    const headers = { authorization: 'Bearer sk_live_veryprecious' }
    const response = await fetch(`${account.emulator.url}/v1/customers`, { headers })
    expect([response.status, (await response.text()).includes('precious')]).toEqual([401, false])
  })
})
