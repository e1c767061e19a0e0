import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import Stripe from 'stripe'
import { type Environment, startEnvironment, stripeKey, until, webhookSecret } from './environment.ts'

let environment: Environment
beforeAll(async () => {
  environment = await startEnvironment()
}, 90_000)
afterAll(() => environment.close())

const { webhooks } = new Stripe(stripeKey)

const event = (type: string, intent: object, id = `evt_${randomUUID().replaceAll('-', '')}`) =>
  JSON.stringify({ id, object: 'event', type, data: { object: { object: 'payment_intent', metadata: {}, ...intent } } })

const signed = (payload: string, { secret = webhookSecret, age = 0 } = {}) =>
  webhooks.generateTestHeaderString({ payload, secret, timestamp: Math.floor(Date.now() / 1_000) - age })

const send = async (payload: string, signature: string, method = 'POST') => {
  const response = await fetch(`${environment.url.payment}/stripe/webhook`, {
    method,
    headers: { 'stripe-signature': signature },
    ...(method === 'POST' && { body: payload }),
  })
  return response.status
}

const kept = async (id: string) =>
  (await environment.owner.query('select from payment.webhook_inbox where event_id = $1', [id])).rows.length

describe('the webhook', () => {
  it('refuses what Stripe did not sign, what was altered and what is too old', async () => {
    const payload = event('payment_intent.succeeded', { id: 'pi_1' }, 'evt_refused')
    expect(await send(payload, '')).toBe(400)
    expect(await send(payload, 't=1,v1=nonsense')).toBe(400)
    expect(await send(payload, signed(payload, { secret: 'whsec_of_somebody_else' }))).toBe(400)
    expect(await send(payload, signed(payload, { age: 301 }))).toBe(400)
    expect(await send(`${payload} `, signed(payload))).toBe(400)
    expect(await send(payload, signed(payload), 'GET')).toBe(405)
    expect(await kept('evt_refused')).toBe(0)
  })

  it('takes an event twice without harm', async () => {
    const held = await environment.hold()
    await environment.pay(held, 'pm_card_visa')
    const [intent] = await environment.intents(held)
    const payload = event('payment_intent.canceled', { id: intent?.id }, 'evt_twice')
    expect(await send(payload, signed(payload))).toBe(200)
    expect(await send(payload, signed(payload))).toBe(200)
    expect(await kept('evt_twice')).toBe(1)
    // A lie, or a mistake: what is true is read from Stripe.
    await environment.settled()
    expect(await environment.latest(held)).toMatchObject({ state: 'AUTHORIZED' })
  })

  it('takes events about intents that are none of ours, and other events', async () => {
    const stranger = event('payment_intent.succeeded', { id: 'pi_stranger', metadata: { payment_id: randomUUID() } })
    expect(await send(stranger, signed(stranger))).toBe(200)
    const injected = event('payment_intent.succeeded', { id: 'pi_other', metadata: { payment_id: "' or true" } })
    expect(await send(injected, signed(injected))).toBe(200)
    const other = JSON.stringify({
      id: 'evt_other',
      object: 'event',
      type: 'payout.paid',
      data: { object: { object: 'payout' } },
    })
    expect(await send(other, signed(other))).toBe(200)
    await environment.settled()
  })

  it('may come before the answer to our own request', async () => {
    const held = await environment.hold()
    // Executed, but the answer is lost, twice: Stripe's client repeats a lost answer once by itself.
    await environment.fault({ kind: 'response-lost', times: '2', method: 'POST', path: '/v1/payment_intents' })
    await environment.pay(held, 'pm_card_visa')
    await until(async () => (await environment.bookingState(held)) === 'CONFIRMED')
    expect(await environment.intents(held)).toHaveLength(1)
    await environment.settled()
  })

  it('may come twice, late, out of order and with a wrong signature first', async () => {
    for (const kind of [
      'webhook-duplicate',
      'webhook-delay',
      'webhook-reorder',
      'webhook-wrong-secret',
      'webhook-stale',
    ]) {
      await environment.fault({ kind, times: '4' })
      const held = await environment.hold()
      expect(await environment.pay(held, 'pm_card_visa')).toMatchObject({ __typename: 'AuthorizePaymentSuccess' })
      await environment.ride(held, 450)
      await until(async () => (await environment.latest(held)).state === 'CAPTURED')
      expect(await environment.intents(held)).toMatchObject([{ status: 'succeeded', amount_received: 450 }])
    }
    await environment.settled()
  })

  it('finds an authorisation of a payment that is over, and releases it', async () => {
    const held = await environment.hold()
    await environment.pay(held, 'pm_card_visa')
    const [intent] = await environment.intents(held)
    // As if it had been given up while nobody knew of the authorisation.
    await environment.pretend(
      `update payment.payment set state = 'FAILED', decline_code = 'processing_error' where booking_id = $1`,
      [held.bookingId],
    )
    const payload = event('payment_intent.amount_capturable_updated', { id: intent?.id })
    expect(await send(payload, signed(payload))).toBe(200)
    await until(async () => (await environment.intents(held))[0]?.status === 'canceled')
    await environment.end(held, 'CANCELLED')
    await environment.settled()
  })
})
