import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import Stripe from 'stripe'
import { apiVersion, type StripeEmulator, startStripeEmulator } from '../src/index.ts'
import { clientFor, paidBy, refusal, reservation, sandboxKey } from './account.ts'

/**
 * What Stripe does. Runs against the emulator or, with STRIPE_SECRET_KEY set, against Stripe's sandbox.
 * Where the two differ the emulator is wrong.
 */
let stripe: Stripe
let emulator: StripeEmulator | undefined

beforeAll(async () => {
  if (sandboxKey) {
    stripe = new Stripe(sandboxKey, { telemetry: false, maxNetworkRetries: 2 })
  } else {
    emulator = await startStripeEmulator({ seed: 'conformance' })
    stripe = clientFor(emulator.port)
  }
})

afterAll(() => emulator?.close())

const chargeOf = async (intent: Stripe.PaymentIntent): Promise<Stripe.Charge> => {
  if (typeof intent.latest_charge !== 'string') throw new Error('no charge')
  return stripe.charges.retrieve(intent.latest_charge)
}

/** The types of the events about this intent and its charge, sorted: Stripe promises no order. */
const whatHappened = async (intent: Stripe.PaymentIntent): Promise<string[]> => {
  const recent = await stripe.events.list({ limit: 50, created: { gte: intent.created } })
  return recent.data
    .filter(({ data: { object } }) => {
      const about = object as { id?: string; payment_intent?: string }
      return about.id === intent.id || about.payment_intent === intent.id
    })
    .map(({ type }) => type as string)
    .sort()
}

describe('the API', () => {
  it('answers with a request id and the version that was asked for', async () => {
    const { lastResponse } = await stripe.customers.list({ limit: 1 })
    expect(lastResponse.requestId).toMatch(/^req_/)
    expect(lastResponse.apiVersion).toBe(apiVersion)
  })

  it('refuses an invalid key', async () => {
    const host = emulator && { host: '127.0.0.1', port: emulator.port, protocol: 'http' as const }
    const stranger = new Stripe('nonsense', { ...host, telemetry: false, maxNetworkRetries: 0 })
    expect(await refusal(stranger.customers.list())).toMatchObject({
      statusCode: 401,
      type: 'StripeAuthenticationError',
    })
  })

  it('names the parameter that is missing, unknown or not a number', async () => {
    const create = (params: object) => refusal(stripe.paymentIntents.create(params as Stripe.PaymentIntentCreateParams))
    expect(await create({ currency: 'eur' })).toMatchObject({
      statusCode: 400,
      code: 'parameter_missing',
      param: 'amount',
    })
    expect(await create({ ...reservation, colour: 'red' })).toMatchObject({
      code: 'parameter_unknown',
      param: 'colour',
    })
    expect(await create({ ...reservation, amount: '12.5' })).toMatchObject({
      code: 'parameter_invalid_integer',
      param: 'amount',
    })
    expect(await create({ ...reservation, amount: 1 })).toMatchObject({ code: 'amount_too_small' })
  })

  it('requires a return_url when the methods are not named', async () => {
    const { allowed_payment_method_types: _, ...unnamed } = paidBy('pm_card_visa')
    const error = await refusal(stripe.paymentIntents.create(unnamed))
    expect([error.statusCode, error.payment_intent]).toEqual([400, undefined])
    const automatic_payment_methods = { enabled: true }
    const returning = { ...unnamed, automatic_payment_methods, return_url: 'https://shop.test/' }
    expect(await stripe.paymentIntents.create({ ...unnamed, return_url: 'https://shop.test/' })).toMatchObject({
      status: 'requires_capture',
    })
    expect(await stripe.paymentIntents.create(returning)).toMatchObject({
      status: 'requires_capture',
      automatic_payment_methods: { enabled: true, allow_redirects: 'always' },
    })
  })

  it('answers 404 for what does not exist, 400 when a parameter names it', async () => {
    expect(await refusal(stripe.paymentIntents.retrieve('pi_none'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    })
    expect(await refusal(stripe.paymentIntents.create(paidBy('pm_none')))).toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'payment_method',
    })
  })
})

describe('a reservation', () => {
  it('is captured in part; the rest is released', async () => {
    const intent = await stripe.paymentIntents.create(paidBy('pm_card_visa'))
    expect(intent).toMatchObject({ status: 'requires_capture', amount_capturable: 2_000, amount_received: 0 })
    const reserved = await chargeOf(intent)
    expect(reserved).toMatchObject({ captured: false, paid: true, status: 'succeeded', balance_transaction: null })
    expect(reserved.payment_method_details?.card?.capture_before).toBeGreaterThan(intent.created + 4 * 86_400)

    const captured = await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 700 })
    expect(captured).toMatchObject({ status: 'succeeded', amount_capturable: 0, amount_received: 700 })
    expect(await chargeOf(captured)).toMatchObject({ captured: true, amount_captured: 700, refunded: false })
    expect(await refusal(stripe.paymentIntents.capture(intent.id))).toMatchObject({
      statusCode: 400,
      code: 'payment_intent_unexpected_state',
    })
    expect(await whatHappened(intent)).toEqual(
      expect.arrayContaining([
        'charge.captured',
        'charge.succeeded',
        'payment_intent.amount_capturable_updated',
        'payment_intent.created',
        'payment_intent.succeeded',
      ]),
    )
  })

  it('cannot be captured above what was reserved', async () => {
    const intent = await stripe.paymentIntents.create(paidBy('pm_card_visa'))
    const error = await refusal(stripe.paymentIntents.capture(intent.id, { amount_to_capture: 2_001 }))
    expect(error).toMatchObject({ statusCode: 400, code: 'amount_too_large', param: 'amount_to_capture' })
  })

  it('is released by canceling, once', async () => {
    const intent = await stripe.paymentIntents.create(paidBy('pm_card_visa'))
    const canceled = await stripe.paymentIntents.cancel(intent.id, { cancellation_reason: 'abandoned' })
    expect(canceled).toMatchObject({ status: 'canceled', amount_capturable: 0, cancellation_reason: 'abandoned' })
    expect(await chargeOf(canceled)).toMatchObject({ captured: false, refunded: true })
    expect(await refusal(stripe.paymentIntents.cancel(intent.id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    })
    expect(await whatHappened(intent)).toContain('payment_intent.canceled')
  })

  it('can be made in three steps', async () => {
    const intent = await stripe.paymentIntents.create(reservation)
    expect(intent.status).toBe('requires_payment_method')
    const updated = await stripe.paymentIntents.update(intent.id, { payment_method: 'pm_card_visa', amount: 1_500 })
    expect(updated.status).toBe('requires_confirmation')
    const confirmed = await stripe.paymentIntents.confirm(intent.id)
    expect(confirmed).toMatchObject({ status: 'requires_capture', amount_capturable: 1_500 })
    expect(await refusal(stripe.paymentIntents.confirm(intent.id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    })
  })
})

describe('a declined card', () => {
  it.each([
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', undefined],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', undefined],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', undefined],
  ])('%s is refused with 402 and %s', async (card, code, decline_code) => {
    const error = await refusal(stripe.paymentIntents.create(paidBy(card)))
    expect(error).toMatchObject({
      type: 'StripeCardError',
      statusCode: 402,
      code,
      ...(decline_code && { decline_code }),
    })
    const intent = error.payment_intent
    expect(intent).toMatchObject({ status: 'requires_payment_method', payment_method: null })
    expect(error.charge).toMatch(/^ch_/)
    // The intent lives on, and another card can pay for it.
    const paid = await stripe.paymentIntents.confirm(String(intent?.id), { payment_method: 'pm_card_visa' })
    expect(paid).toMatchObject({ status: 'requires_capture', last_payment_error: null })
  })

  it('off session that needs its holder is refused with authentication_required', async () => {
    const customer = await stripe.customers.create()
    const error = await refusal(
      stripe.paymentIntents.create({
        ...paidBy('pm_card_authenticationRequired'),
        off_session: true,
        customer: customer.id,
      }),
    )
    expect(error).toMatchObject({ statusCode: 402, code: 'authentication_required' })
  })
})

describe('3D Secure', () => {
  it('redirects to a page when there is a return_url, else leaves it to the SDK', async () => {
    const card = paidBy('pm_card_authenticationRequired')
    const redirected = await stripe.paymentIntents.create({ ...card, return_url: 'https://shop.test/back' })
    expect(redirected).toMatchObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } })
    expect(redirected.next_action?.redirect_to_url?.return_url).toBe('https://shop.test/back')
    const embedded = await stripe.paymentIntents.create(card)
    expect(embedded).toMatchObject({ status: 'requires_action', next_action: { type: 'use_stripe_sdk' } })
    expect(await stripe.paymentIntents.cancel(embedded.id)).toMatchObject({ status: 'canceled', next_action: null })
  })

  it('is a refusal when the request cannot wait for it', async () => {
    const card = paidBy('pm_card_authenticationRequired')
    const error = await refusal(stripe.paymentIntents.create({ ...card, error_on_requires_action: true }))
    expect(error).toMatchObject({ statusCode: 402, code: 'authentication_required' })
  })
})

describe('a refund', () => {
  const sale = { ...paidBy('pm_card_visa'), capture_method: 'automatic' as const }

  it('gives back parts until nothing is left', async () => {
    const { id } = await stripe.paymentIntents.create(sale)
    const part = await stripe.refunds.create({ payment_intent: id, amount: 500, reason: 'requested_by_customer' })
    expect(part).toMatchObject({ status: 'succeeded', amount: 500, payment_intent: id })
    expect((await refusal(stripe.refunds.create({ payment_intent: id, amount: 1_501 }))).statusCode).toBe(400)
    expect(await stripe.refunds.create({ payment_intent: id })).toMatchObject({ amount: 1_500 })
    expect(await refusal(stripe.refunds.create({ payment_intent: id }))).toMatchObject({
      code: 'charge_already_refunded',
    })
    expect((await stripe.refunds.list({ payment_intent: id })).data.map(({ amount }) => amount)).toEqual([1_500, 500])
    const intent = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] })
    expect(intent.latest_charge).toMatchObject({ refunded: true, amount_refunded: 2_000 })
  })

  it('is impossible before the capture', async () => {
    const { id } = await stripe.paymentIntents.create(reservation)
    expect((await refusal(stripe.refunds.create({ payment_intent: id }))).statusCode).toBe(400)
  })
})

describe('lists', () => {
  it('go on from a cursor, both ways, latest first', async () => {
    const customer = await stripe.customers.create()
    for (const n of ['1', '2', '3']) {
      await stripe.paymentIntents.create({ ...reservation, customer: customer.id, metadata: { n } })
    }
    const numbers = (page: Stripe.ApiList<Stripe.PaymentIntent>) => page.data.map(({ metadata }) => metadata['n'])
    const first = await stripe.paymentIntents.list({ customer: customer.id, limit: 2 })
    expect([numbers(first), first.has_more]).toEqual([['3', '2'], true])
    const second = await stripe.paymentIntents.list({
      customer: customer.id,
      limit: 2,
      starting_after: String(first.data[1]?.id),
    })
    expect([numbers(second), second.has_more]).toEqual([['1'], false])
    const back = await stripe.paymentIntents.list({ customer: customer.id, ending_before: String(second.data[0]?.id) })
    expect(numbers(back)).toEqual(['3', '2'])
    const all: Stripe.PaymentIntent[] = []
    for await (const intent of stripe.paymentIntents.list({ customer: customer.id, limit: 1 })) all.push(intent)
    expect(all).toHaveLength(3)
  })

  it('expand what is in them', async () => {
    const customer = await stripe.customers.create({ name: 'Ada' })
    await stripe.paymentIntents.create({ ...paidBy('pm_card_visa'), customer: customer.id })
    const list = await stripe.paymentIntents.list({ customer: customer.id, expand: ['data.latest_charge.customer'] })
    expect(list.data[0]?.latest_charge).toMatchObject({ object: 'charge', customer: { name: 'Ada' } })
    expect((await refusal(stripe.paymentIntents.list({ expand: ['data.amount'] }))).statusCode).toBe(400)
  })
})

describe('metadata', () => {
  it('is merged, and emptied key by key or whole', async () => {
    const { id } = await stripe.customers.create({ metadata: { a: '1', b: '2' } })
    expect((await stripe.customers.update(id, { metadata: { b: '', c: '3' } })).metadata).toEqual({ a: '1', c: '3' })
    expect((await stripe.customers.update(id, { metadata: '' })).metadata).toEqual({})
  })
})

describe('payment methods', () => {
  it('are attached to one customer and detached', async () => {
    const [ada, bob] = [await stripe.customers.create(), await stripe.customers.create()]
    const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: ada.id })
    expect(method).toMatchObject({ customer: ada.id, type: 'card', card: { brand: 'visa', last4: '4242' } })
    expect((await stripe.paymentMethods.list({ customer: ada.id, type: 'card' })).data).toHaveLength(1)
    expect((await refusal(stripe.paymentMethods.attach(method.id, { customer: bob.id }))).statusCode).toBe(400)
    expect((await refusal(stripe.paymentIntents.create(paidBy(method.id)))).statusCode).toBe(400)
    const paid = await stripe.paymentIntents.create({ ...paidBy(method.id), customer: ada.id })
    expect(paid).toMatchObject({ status: 'requires_capture', payment_method: method.id })
    expect((await stripe.paymentMethods.detach(method.id)).customer).toBeNull()
  })

  it('are attached when the payment has setup_future_usage', async () => {
    const { id } = await stripe.customers.create()
    const saved = { ...paidBy('pm_card_visa'), customer: id, setup_future_usage: 'off_session' as const }
    await stripe.paymentIntents.create(saved)
    expect((await stripe.paymentMethods.list({ customer: id, type: 'card' })).data).toHaveLength(1)
  })
})

describe('an idempotency key', () => {
  const key = () => `conformance-${crypto.randomUUID()}`

  it('answers a repetition with the first answer', async () => {
    const idempotencyKey = key()
    const first = await stripe.paymentIntents.create(paidBy('pm_card_visa'), { idempotencyKey })
    const again = await stripe.paymentIntents.create(paidBy('pm_card_visa'), { idempotencyKey })
    expect(again.id).toBe(first.id)
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true')
    expect(first.lastResponse.headers['idempotent-replayed']).toBeUndefined()
  })

  it('answers a repeated decline with the decline', async () => {
    const idempotencyKey = key()
    const decline = () =>
      refusal(stripe.paymentIntents.create(paidBy('pm_card_visa_chargeDeclined'), { idempotencyKey }))
    const [first, again] = [await decline(), await decline()]
    expect(again.payment_intent?.id).toBe(first.payment_intent?.id)
  })

  it('refuses other parameters', async () => {
    const idempotencyKey = key()
    await stripe.customers.create({ name: 'Ada' }, { idempotencyKey })
    expect(await refusal(stripe.customers.create({ name: 'Bob' }, { idempotencyKey }))).toMatchObject({
      statusCode: 400,
      type: 'StripeIdempotencyError',
    })
  })

  it('is not used up by a request that was never executed', async () => {
    const idempotencyKey = key()
    const create = (amount: number) => stripe.paymentIntents.create({ ...reservation, amount }, { idempotencyKey })
    await refusal(
      stripe.paymentIntents.create({ currency: 'eur' } as Stripe.PaymentIntentCreateParams, { idempotencyKey }),
    )
    expect(await create(700)).toMatchObject({ amount: 700 })
  })
})
