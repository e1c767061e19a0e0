import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { beside, paidBy, refusal, startAccount } from './account.ts'
import { type Schemas, schemaFaults } from './schemas/faults.ts'

const schemas = beside('schemas/stripe.json') as Schemas
const faultsOf = (kind: string, value: unknown) => schemaFaults(schemas, { $ref: kind }, value)

let account: Awaited<ReturnType<typeof startAccount>>

/** Everything the emulator shows after a bit of everything has happened, by kind. */
const shown: Record<string, unknown[]> = {}

beforeAll(async () => {
  account = await startAccount()
  const { stripe } = account
  const customer = await stripe.customers.create({ name: 'Ada', metadata: { a: '1' } })
  const saved = { ...paidBy('pm_card_visa'), customer: customer.id, setup_future_usage: 'off_session' as const }
  const { id } = await stripe.paymentIntents.create(saved)
  await stripe.paymentIntents.capture(id, { amount_to_capture: 900 })
  await stripe.refunds.create({ payment_intent: id, amount: 100 })
  const broken = await stripe.paymentIntents.create({ ...paidBy('pm_card_refundFail'), capture_method: 'automatic' })
  const failing = await stripe.refunds.create({ payment_intent: broken.id })
  await account.control('POST', `refunds/${failing.id}/fail`)
  await stripe.paymentIntents.cancel((await stripe.paymentIntents.create(paidBy('pm_card_visa'))).id)
  for (const card of ['pm_card_chargeDeclined', 'pm_card_radarBlock', 'pm_card_chargeDeclinedIncorrectCvc']) {
    await refusal(stripe.paymentIntents.create(paidBy(card)))
  }
  const challenged = paidBy('pm_card_authenticationRequired')
  await stripe.paymentIntents.create({ ...challenged, return_url: 'https://shop.test/back' })
  const proven = await stripe.paymentIntents.create(challenged)
  await account.control('POST', `intents/${proven.id}/authentication`, { outcome: 'succeed' })
  await stripe.webhookEndpoints.create({ url: 'http://127.0.0.1:9/', enabled_events: ['payout.paid'] })

  const limit = { limit: 100 }
  shown['payment_intent'] = (
    await stripe.paymentIntents.list({ ...limit, expand: ['data.latest_charge', 'data.payment_method'] })
  ).data
  shown['charge'] = (await stripe.charges.list({ ...limit, expand: ['data.balance_transaction'] })).data
  shown['refund'] = (await stripe.refunds.list(limit)).data
  shown['customer'] = (await stripe.customers.list(limit)).data
  shown['payment_method'] = (await stripe.paymentMethods.list({ customer: customer.id })).data
  shown['balance_transaction'] = (await stripe.balanceTransactions.list(limit)).data
  shown['webhook_endpoint'] = (await stripe.webhookEndpoints.list(limit)).data
  shown['event'] = (await stripe.events.list(limit)).data
})

afterAll(() => account[Symbol.asyncDispose]())

describe('what is shown', () => {
  const kinds = [
    'payment_intent',
    'charge',
    'refund',
    'customer',
    'payment_method',
    'balance_transaction',
    'webhook_endpoint',
    'event',
  ]

  it.each(kinds)('as a %s fits its schema', (kind) => {
    const objects = shown[kind] ?? []
    expect(objects.length).toBeGreaterThan(0)
    expect(objects.flatMap((object) => faultsOf(kind, object))).toEqual([])
  })

  it('in every event fits the schema of its object', () => {
    for (const event of shown['event'] as { data: { object: { object: string } } }[]) {
      expect(faultsOf(event.data.object.object, event.data.object)).toEqual([])
    }
  })

  it('as an error fits the schema of errors', async () => {
    const response = await fetch(`${account.emulator.url}/v1/payment_intents`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_x' },
      body: new URLSearchParams({
        amount: '2000',
        currency: 'eur',
        confirm: 'true',
        payment_method: 'pm_card_chargeDeclined',
        'allowed_payment_method_types[]': 'card',
      }),
    })
    expect(response.status).toBe(402)
    expect(faultsOf('error', await response.json())).toEqual([])
  })
})

describe('the schemas', () => {
  it('refuse a state that does not exist and an amount in words', () => {
    const [intent] = shown['payment_intent'] ?? []
    const wrong = { ...(intent as object), status: 'authorized', amount: '12' }
    expect(faultsOf('payment_intent', wrong)).toEqual([
      '$.amount is no integer',
      expect.stringContaining('$.status is "authorized"'),
    ])
  })
})
