import { describe, expect, it } from '@jest/globals'
import Stripe from 'stripe'
import type { EmulatorOptions } from '../src/index.ts'
import { eventTypes, paidBy, reservation, startAccount } from './account.ts'
import { type Received, startReceiver, until } from './receiver.ts'

const secret = 'whsec_test'
const quick: EmulatorOptions = { webhookRetryDelaysMs: [20, 20], webhookTimeoutMs: 500 }
const listening = (url: string): EmulatorOptions => ({ ...quick, webhook: { url, secret } })

/** The event, if the client accepts its signature; else why not. */
async function verified({ body, signature }: Received): Promise<Stripe.Event | string> {
  try {
    return await Stripe.webhooks.constructEventAsync(body, signature, secret)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

describe('events', () => {
  it('arrive signed, one for everything that happened', async () => {
    await using receiver = await startReceiver()
    await using account = await startAccount(listening(receiver.url))
    const intent = await account.stripe.paymentIntents.create(paidBy('pm_card_visa'), { idempotencyKey: 'booking-7' })
    const received = await receiver.seen(3)
    expect(received.map(({ type }) => type).sort()).toEqual([
      'charge.succeeded',
      'payment_intent.amount_capturable_updated',
      'payment_intent.created',
    ])
    const event = await verified(
      received.find(({ type }) => type === 'payment_intent.amount_capturable_updated') as Received,
    )
    expect(event).toMatchObject({
      object: 'event',
      livemode: false,
      request: { id: intent.lastResponse.requestId, idempotency_key: 'booking-7' },
      data: { object: { id: intent.id, status: 'requires_capture' } },
    })
  })

  it('show an object as it was when it happened', async () => {
    await using account = await startAccount()
    const { id } = await account.stripe.paymentIntents.create(paidBy('pm_card_visa'))
    await account.stripe.paymentIntents.cancel(id)
    const created = await account.stripe.events.list({ type: 'payment_intent.created' })
    expect(created.data[0]?.data.object).toMatchObject({ id, status: 'requires_confirmation' })
  })

  it('are sent again until they are accepted, and are counted as pending until then', async () => {
    const refusals = new Map<string, number>()
    await using receiver = await startReceiver(({ id }) => {
      refusals.set(id, (refusals.get(id) ?? 0) + 1)
      return refusals.get(id) === 3 ? 200 : 503
    })
    await using account = await startAccount(listening(receiver.url))
    await account.stripe.customers.create()
    const received = await receiver.seen(3)
    expect(new Set(received.map(({ id }) => id)).size).toBe(1)
    expect(received.map(({ pending }) => pending)).toEqual([1, 1, 1])
    const id = String(received[0]?.id)
    await until(async () => (await account.stripe.events.retrieve(id)).pending_webhooks === 0)
    expect((await account.stripe.events.list({ delivery_success: true })).data.map((event) => event.id)).toEqual([id])
  })

  it('that no endpoint accepts are found by delivery_success', async () => {
    await using receiver = await startReceiver(() => 500)
    await using account = await startAccount(listening(receiver.url))
    await account.stripe.customers.create()
    await receiver.seen(3)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(receiver.received).toHaveLength(3)
    const missed = await account.stripe.events.list({ delivery_success: false, types: ['customer.created'] })
    expect(missed.data).toMatchObject([{ type: 'customer.created', pending_webhooks: 1 }])
  })

  it('go only to endpoints that listen to their type and are enabled', async () => {
    await using receiver = await startReceiver()
    await using account = await startAccount(quick)
    const { stripe } = account
    const endpoint = await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['customer.deleted'] })
    expect(endpoint.secret).toMatch(/^whsec_/)
    expect((await stripe.webhookEndpoints.retrieve(endpoint.id)).secret).toBeUndefined()
    const { id } = await stripe.customers.create()
    await stripe.customers.del(id)
    await receiver.seen(1)
    await stripe.webhookEndpoints.update(endpoint.id, { disabled: true })
    await stripe.customers.del((await stripe.customers.create()).id)
    await stripe.webhookEndpoints.del(endpoint.id)
    await stripe.customers.del((await stripe.customers.create()).id)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(receiver.received.map(({ type }) => type)).toEqual(['customer.deleted'])
  })

  it.each([
    [
      'a capture',
      async (stripe: Stripe) => {
        const { id } = await stripe.paymentIntents.create(reservation)
        await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })
        await stripe.paymentIntents.capture(id)
      },
      [
        'payment_intent.created',
        'charge.succeeded',
        'payment_intent.amount_capturable_updated',
        'charge.captured',
        'payment_intent.succeeded',
      ],
    ],
    [
      'a decline',
      async (stripe: Stripe) => {
        const { id } = await stripe.paymentIntents.create(reservation)
        await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_chargeDeclined' }).catch(() => {})
      },
      ['payment_intent.created', 'charge.failed', 'payment_intent.payment_failed'],
    ],
    [
      'a release',
      async (stripe: Stripe) => {
        const { id } = await stripe.paymentIntents.create(paidBy('pm_card_visa'))
        await stripe.paymentIntents.cancel(id)
      },
      [
        'payment_intent.created',
        'charge.succeeded',
        'payment_intent.amount_capturable_updated',
        'charge.refunded',
        'payment_intent.canceled',
      ],
    ],
    [
      'a refund',
      async (stripe: Stripe) => {
        const sale = { ...paidBy('pm_card_visa'), capture_method: 'automatic' as const }
        const { id } = await stripe.paymentIntents.create(sale)
        await stripe.refunds.create({ payment_intent: id })
      },
      ['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded', 'refund.created', 'charge.refunded'],
    ],
  ])('of %s come in this order', async (_, story, types) => {
    await using account = await startAccount()
    await story(account.stripe)
    expect(await eventTypes(account.stripe)).toEqual(types)
  })
})

describe('a delivery fault', () => {
  async function afterFault(
    kind: Parameters<Awaited<ReturnType<typeof startAccount>>['emulator']['arm']>[0]['kind'],
    ms = 150,
  ) {
    const receiver = await startReceiver(async (event) => (typeof (await verified(event)) === 'string' ? 400 : 200))
    const account = await startAccount(listening(receiver.url))
    account.emulator.arm({ kind, ms })
    return {
      receiver,
      account,
      [Symbol.asyncDispose]: async () => {
        await account[Symbol.asyncDispose]()
        await receiver[Symbol.asyncDispose]()
      },
    }
  }

  it('duplicate sends the same event twice', async () => {
    await using scene = await afterFault('webhook-duplicate')
    await scene.account.stripe.customers.create()
    const [first, second] = await scene.receiver.seen(2)
    expect(second?.id).toBe(first?.id)
  })

  it('drop sends nothing, and the event is found as not delivered', async () => {
    await using scene = await afterFault('webhook-drop')
    await scene.account.stripe.customers.create()
    await scene.account.stripe.customers.create()
    await scene.receiver.seen(1)
    const missed = await scene.account.stripe.events.list({ delivery_success: false })
    expect(missed.data).toHaveLength(1)
    expect(missed.data[0]?.id).not.toBe(scene.receiver.received[0]?.id)
  })

  it.each(['webhook-wrong-secret', 'webhook-stale'] as const)('%s is not verified, but its retry is', async (kind) => {
    await using scene = await afterFault(kind)
    await scene.account.stripe.customers.create()
    const received = await scene.receiver.seen(2)
    const answers = await Promise.all(received.map(verified))
    expect(answers).toEqual([
      expect.stringMatching(kind === 'webhook-stale' ? /tolerance/ : /signature/),
      expect.objectContaining({ type: 'customer.created' }),
    ])
  })

  it.each(['webhook-reorder', 'webhook-delay'] as const)('%s lets a later event overtake', async (kind) => {
    await using scene = await afterFault(kind)
    const { id } = await scene.account.stripe.customers.create()
    await scene.account.stripe.customers.update(id, { name: 'Ada' })
    const received = await scene.receiver.seen(2)
    expect(received.map(({ type }) => type)).toEqual(['customer.updated', 'customer.created'])
  })

  it('can be asked for by the request whose events it hits', async () => {
    await using receiver = await startReceiver()
    await using account = await startAccount(listening(receiver.url))
    await fetch(`${account.emulator.url}/v1/customers`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_x', 'x-emulator-fault': 'webhook-drop' },
    })
    await account.stripe.customers.create({ name: 'Ada' })
    await receiver.seen(1)
    const { data } = await account.stripe.events.list({ delivery_success: false })
    expect(data).toHaveLength(1)
  })
})
