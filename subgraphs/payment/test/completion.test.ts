import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createStripe } from '../src/stripe/client.ts'
import { customer, type Environment, type Held, startEnvironment, stripeKey, until } from './environment.ts'

let environment: Environment
beforeAll(async () => {
  environment = await startEnvironment()
}, 90_000)
afterAll(() => environment.close())

async function paid(): Promise<Held> {
  const held = await environment.hold()
  await environment.pay(held, 'pm_card_visa')
  await until(async () => (await environment.bookingState(held)) === 'CONFIRMED')
  return held
}

const receiptOf = async (held: Held) => {
  const { rows } = await environment.owner.query('select * from payment.receipt where booking_id = $1', [
    held.bookingId,
  ])
  return rows[0]
}

const becomes = (held: Held, state: string) => until(async () => (await environment.latest(held)).state === state)

describe('the end of a booking', () => {
  it('takes the fare of a ride and releases the rest', async () => {
    const held = await paid()
    await environment.ride(held, 575)
    await becomes(held, 'CAPTURED')
    expect(await environment.intents(held)).toMatchObject([
      { status: 'succeeded', amount_received: 575, amount_capturable: 0 },
    ])
    expect(await receiptOf(held)).toMatchObject({
      gross_minor: 575,
      net_minor: 483,
      vat_minor: 92,
      outstanding_minor: 0,
    })
    await environment.settled()
  })

  it('takes no more than was authorised, and says what is outstanding', async () => {
    const held = await paid()
    await environment.ride(held, 2_500)
    await becomes(held, 'CAPTURED')
    expect(await environment.intents(held)).toMatchObject([{ status: 'succeeded', amount_received: 2_000 }])
    expect(await receiptOf(held)).toMatchObject({ gross_minor: 2_000, outstanding_minor: 500 })
    await environment.settled()
  })

  it('releases everything for a ride that cost nothing, without a receipt', async () => {
    const held = await paid()
    await environment.ride(held, 0)
    await becomes(held, 'VOIDED')
    expect(await environment.intents(held)).toMatchObject([{ status: 'canceled', amount_received: 0 }])
    expect(await receiptOf(held)).toBeUndefined()
    await environment.settled()
  })

  it.each(['CANCELLED', 'EXPIRED'] as const)('releases the money of a booking that is %s', async (state) => {
    const held = await paid()
    await environment.end(held, state)
    await becomes(held, 'VOIDED')
    expect(await environment.intents(held)).toMatchObject([{ status: 'canceled' }])
    await environment.settled()
  })

  it('does nothing more when the same event comes again', async () => {
    const held = await paid()
    await environment.ride(held, 400)
    await becomes(held, 'CAPTURED')
    await environment.owner.query('update booking.outbox set published_at = null where subject = $1', [held.bookingId])
    await until(async () => {
      const { rows } = await environment.owner.query('select from booking.outbox where published_at is null')
      return rows.length === 0
    })
    await environment.settled()
    expect(await environment.intents(held)).toMatchObject([{ amount_received: 400 }])
  })

  it('publishes each fact once, in order', async () => {
    const held = await paid()
    await environment.ride(held, 400)
    await becomes(held, 'CAPTURED')
    const { rows } = await environment.owner.query(
      'select type, data from payment.outbox where subject = $1 order by id',
      [held.bookingId],
    )
    const { id } = await environment.latest(held)
    const of = { bookingId: held.bookingId, paymentId: id }
    expect(rows).toEqual([
      { type: 'PaymentAuthorized', data: { ...of, amount: { amountMinor: 2_000, currency: 'EUR' } } },
      { type: 'PaymentCaptured', data: { ...of, amount: { amountMinor: 400, currency: 'EUR' } } },
    ])
  })

  it.each([
    ['server-error', '1'],
    ['server-error', '3'],
    ['response-lost', '2'],
    ['rate-limit', '2'],
  ])('takes the fare once although Stripe fails (%s, %s times)', async (kind, times) => {
    const held = await paid()
    await environment.fault({ kind, times, method: 'POST', path: '/v1/payment_intents/*/capture' })
    await environment.ride(held, 300)
    await becomes(held, 'CAPTURED')
    expect(await environment.intents(held)).toMatchObject([{ status: 'succeeded', amount_received: 300 }])
    await environment.settled()
  })

  it('goes on with other payments although some cannot be written down', async () => {
    const stuck: Held[] = []
    while (stuck.length < 9) stuck.push(await paid()) // One more than are worked on at a time.
    await environment.owner.query(`
      create function payment.refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
      create trigger refuse before update of state on payment.payment
        for each row when (old.pending_action = 'CAPTURE' and old.fare_minor = 111) execute function payment.refuse()`)
    try {
      for (const held of stuck) await environment.ride(held, 111)
      await until(async () => environment.payment.output().includes('the payment will be retried'))
      const held = await paid()
      await environment.ride(held, 300)
      await until(async () => (await environment.latest(held)).state === 'CAPTURED', 10_000)
    } finally {
      await environment.owner.query('drop function payment.refuse cascade')
    }
    await environment.settled()
  }, 60_000)

  it('raises the alarm when other hands have taken more than the fare', async () => {
    const held = await paid()
    const [intent] = await environment.intents(held)
    await createStripe(stripeKey, environment.url.stripe).paymentIntents.capture(intent?.id ?? '')
    await environment.ride(held, 575)
    await becomes(held, 'CAPTURED')
    expect(await environment.latest(held)).toMatchObject({ captured_minor: 2_000 })
    expect(environment.payment.output()).toContain('more was captured than the fare')
    // A person has to pay it back; here the fare is made to fit, for the invariants of the tests after this one.
    await environment.owner.query('update booking.booking set fare_minor = 2000 where id = $1', [held.bookingId])
  })

  it('notices that the bank let the authorisation go before the fare was taken', async () => {
    const held = await paid()
    const [intent] = await environment.intents(held)
    await fetch(`${environment.url.stripe}/v1/payment_intents/${intent?.id}/cancel`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_tests000000000000000000000000' },
    })
    await becomes(held, 'VOIDED')
    await environment.ride(held, 300)
    await until(async () => environment.payment.output().includes('a fare has no authorisation to be captured from'))
    expect(await receiptOf(held)).toBeUndefined()
    // It is what the invariants are there to tell.
    await expect(environment.settled()).rejects.toThrow('a completed booking that costs something is charged')
    await environment.owner.query(`update booking.booking set fare_minor = 0 where id = $1`, [held.bookingId])
  })
})

describe('what a viewer may read', () => {
  const query = `query ($id: ID!, $bookings: [_Any!]!) {
    payment(id: $id) { id bookingId attempt state amount { amountMinor currency } captured { amountMinor } declineCode createdAt }
    _entities(representations: $bookings) {
      ... on Booking {
        id
        payment { id state }
        receipt { number gross { amountMinor currency } net { amountMinor } vat { amountMinor } vatBasisPoints
          outstanding { amountMinor } lines { kind quantity total { amountMinor } } issuedAt }
      }
      ... on Payment { bookingId }
    }
  }`
  let held: Held
  let id: string
  beforeAll(async () => {
    held = await paid()
    await environment.ride(held, 575)
    await becomes(held, 'CAPTURED')
    id = (await environment.latest(held)).id
  })
  const read = (viewer: Parameters<Environment['ask']>[2]) => {
    const bookings = [
      { __typename: 'Booking', id: held.bookingId },
      { __typename: 'Payment', id },
    ]
    return environment.ask(query, { id, bookings }, viewer)
  }

  it('is all of it for the customer and for operators', async () => {
    for (const viewer of [customer(held.customerId), { id: randomUUID(), role: 'operator' as const, scopes: [] }]) {
      const { data, errors } = await read(viewer)
      expect(errors).toBeUndefined()
      expect(data).toMatchObject({
        payment: { id, state: 'CAPTURED', captured: { amountMinor: 575 }, declineCode: null },
        _entities: [
          {
            payment: { id, state: 'CAPTURED' },
            receipt: {
              number: expect.stringMatching(/^\d+$/),
              gross: { amountMinor: 575, currency: 'EUR' },
              vatBasisPoints: 1900,
              lines: [{ kind: 'UNLOCK', quantity: 1, total: { amountMinor: 575 } }],
            },
          },
          { bookingId: held.bookingId },
        ],
      })
    }
  })

  it('is nothing for another customer, a vehicle or nobody', async () => {
    for (const role of ['customer', 'vehicle', 'anonymous'] as const) {
      const { data } = await read({ id: role === 'anonymous' ? '' : randomUUID(), role, scopes: [] })
      expect(data).toEqual({ payment: null, _entities: [{ id: held.bookingId, payment: null, receipt: null }, null] })
    }
  })

  it('is nothing for an id that is none', async () => {
    const answer = await environment.ask('query { payment(id: "7") { id } }', {}, customer(held.customerId))
    expect(answer).toEqual({ data: { payment: null } })
  })

  it('is refused without the signature of the gateway', async () => {
    const response = await fetch(`${environment.url.payment}/graphql`, {
      method: 'POST',
      body: JSON.stringify({ query: '{ _service { sdl } }' }),
    })
    expect(response.status).toBe(401)
  })
})
