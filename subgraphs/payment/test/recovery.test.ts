import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { type Held, type House, openHouse, until } from './house.ts'

// Processes are killed and started again and again, on a machine that may be busy with other tests.
jest.setTimeout(120_000)

let house: House
beforeAll(async () => {
  house = await openHouse({ payment: false })
})
afterAll(() => house.close())

const create = { method: 'POST', path: '/v1/payment_intents' }
const becomes = (held: Held, state: string, ms?: number) =>
  until(async () => (await house.bookingState(held)) === state, ms)

/** The first transaction of authorizePayment, committed by a process that died after it. */
async function begun(held: Held, { card = 'pm_card_visa', createdAgo = '10 seconds' } = {}): Promise<string> {
  const id = randomUUID()
  await house.owner.query('select booking.claim_for_payment($1, $2, $3, null)', [held.bookingId, held.customerId, id])
  await house.owner.query(
    `insert into payment.payment (id, booking_id, customer_id, attempt, request_id, input_hash, payment_method_id, amount_minor,
       currency, attempts_left, hold_expires_at, decide_by, next_try_at, created_at)
     values ($1, $2, $3, 1, gen_random_uuid(), '', $4, 2000, 'EUR', 4, now() + interval '5 minutes',
       now() + interval '5 minutes', now(), now() - $5::interval)`,
    [id, held.bookingId, held.customerId, card, createdAgo],
  )
  return id
}

/** Makes `held` wait for Stripe's answer in the process, which is then killed. */
async function dieWhilePaying(held: Held, card: string): Promise<void> {
  const paying = house.pay(held, card).catch(() => undefined)
  await until(async () => (await house.intents(held)).length > 0)
  await house.payment.kill()
  await paying
}

describe('a process that dies', () => {
  it('after the claim, before Stripe was asked: the next one asks', async () => {
    await house.payment.kill()
    const held = await house.hold()
    await begun(held)
    await house.startPayment()
    await becomes(held, 'CONFIRMED')
    expect(await house.intents(held)).toHaveLength(1)
    await house.settled()
  })

  it('after Stripe was asked, before its answer: the next one learns it', async () => {
    for (const [card, end] of [
      ['pm_card_visa', 'CONFIRMED'],
      ['pm_card_visa_chargeDeclined', 'HELD'],
    ] as const) {
      await house.startPayment()
      const held = await house.hold()
      await house.fault({ kind: 'response-lost', times: '2', ...create })
      // Stripe has done it; the process sees two lost answers, or dies before.
      await dieWhilePaying(held, card)
      await house.startPayment()
      await becomes(held, end)
      expect(await house.intents(held)).toHaveLength(1)
      await house.settled()
    }
  })

  it('before the ride ends: the next one takes the fare', async () => {
    await house.startPayment()
    const held = await house.hold()
    await house.pay(held, 'pm_card_visa')
    await house.payment.kill()
    await house.ride(held, 800)
    await house.startPayment()
    await until(async () => (await house.latest(held)).state === 'CAPTURED')
    expect(await house.intents(held)).toMatchObject([{ amount_received: 800 }])
    await house.settled()
  })

  it('after the fare was taken, before it was written down: the next one writes it, and takes nothing more', async () => {
    await house.startPayment()
    const held = await house.hold()
    await house.pay(held, 'pm_card_visa')
    await house.fault({ kind: 'response-lost', times: '2', method: 'POST', path: '/v1/payment_intents/*/capture' })
    await house.ride(held, 800)
    await until(async () => (await house.intents(held))[0]?.status === 'succeeded')
    await house.payment.kill()
    await house.startPayment()
    await until(async () => (await house.latest(held)).state === 'CAPTURED')
    expect(await house.intents(held)).toMatchObject([{ amount_received: 800 }])
    await house.settled()
  })

  it('at any moment, several times, under load: nothing is lost and nothing is charged twice', async () => {
    await house.startPayment()
    const cards = ['pm_card_visa', 'pm_card_mastercard', 'pm_card_visa_chargeDeclined']
    const all: Held[] = []
    const customers = Array.from({ length: 10 }, async (_, n) => {
      for (let turn = 0; turn < 4; turn++) {
        const held = await house.hold()
        all.push(held)
        await house.pay(held, cards[(n + turn) % cards.length] ?? '').catch(() => sleep(100))
        if ((await house.bookingState(held)) === 'CONFIRMED') await house.ride(held, 100 + n)
      }
    })
    for (let death = 0; death < 3; death++) {
      await sleep(100 + Math.random() * 300)
      await house.payment.kill()
      await house.startPayment()
    }
    await Promise.all(customers)
    await house.settled()
    for (const held of all) {
      const state = await house.bookingState(held)
      expect(['HELD', 'CONFIRMED', 'COMPLETED']).toContain(state)
      const open = (await house.intents(held)).filter(({ status }) => status !== 'canceled')
      expect(open.map(({ status }) => status)).toEqual(
        { HELD: [], CONFIRMED: ['requires_capture'], COMPLETED: ['succeeded'] }[state],
      )
    }
  })
})

describe('Stripe', () => {
  it('does not answer: the customer is told in time, and it is done when it is back', async () => {
    await house.startPayment()
    const held = await house.hold()
    const requestId = randomUUID()
    house.stripe.pause()
    try {
      const from = Date.now()
      const answer = await house.pay(held, 'pm_card_visa', requestId)
      expect(answer).toMatchObject({ __typename: 'PaymentPending', payment: { state: 'AUTHORIZING' } })
      expect(Date.now() - from).toBeLessThan(3_000)
    } finally {
      house.stripe.resume()
    }
    await becomes(held, 'CONFIRMED', 15_000)
    expect(await house.pay(held, 'pm_card_visa', requestId)).toMatchObject({ __typename: 'AuthorizePaymentSuccess' })
    expect(await house.intents(held)).toHaveLength(1)
    await house.settled()
  })

  it.each([
    ['pm_card_visa', 'CONFIRMED'],
    ['pm_card_visa_chargeDeclined', 'CANCELLED'],
  ])(
    'does not answer until the claim has run out: the booking is reviewed, keeps its thing, and ends by %s as %s',
    async (card, end) => {
      await house.startPayment()
      const held = await house.hold()
      house.stripe.pause()
      try {
        await house.pay(held, card)
        await house.pretend(`update booking.booking set expires_at = now() where id = $1`, [held.bookingId])
        await house.owner.query(
          `update payment.payment set decide_by = now(), next_try_at = now() where booking_id = $1`,
          [held.bookingId],
        )
        await becomes(held, 'NEEDS_REVIEW', 15_000)
        const { rows } = await house.owner.query('select from booking.bookable where holder = $1', [held.bookingId])
        expect(rows).toHaveLength(1)
      } finally {
        house.stripe.resume()
      }
      await becomes(held, end, 25_000)
      await house.settled()
    },
    60_000,
  )

  it('does not answer while the booking is cancelled: nothing stays frozen', async () => {
    await house.startPayment()
    const held = await house.hold()
    house.stripe.pause()
    try {
      await house.pay(held, 'pm_card_visa')
      await house.end(held, 'CANCELLED')
      await until(async () => (await house.latest(held)).wanted === 'VOID')
    } finally {
      house.stripe.resume()
    }
    await until(async () => (await house.intents(held))[0]?.status === 'canceled', 20_000)
    await house.settled()
    expect(['VOIDED', 'FAILED']).toContain((await house.latest(held)).state)
  })

  it('fails for its own reasons: once it is sure that there is no intent, the customer can pay again', async () => {
    await house.startPayment()
    const held = await house.hold()
    await house.fault({ kind: 'server-error', times: '1', ...create })
    expect(await house.pay(held, 'pm_card_visa')).toMatchObject({ __typename: 'PaymentPending' })
    // Its key brings the same failure back for a day, so it is looked for; after two minutes a search would see it.
    await house.owner.query(
      `update payment.payment set created_at = now() - interval '3 minutes', next_try_at = now() where booking_id = $1`,
      [held.bookingId],
    )
    await becomes(held, 'HELD')
    expect(await house.pay(held, 'pm_card_visa')).toMatchObject({ __typename: 'AuthorizePaymentSuccess' })
    await house.settled()
  })

  it('has forgotten the key after a day: the intent is found by its metadata, or there is none', async () => {
    await house.startPayment()
    const paid = await house.hold()
    await house.fault({ kind: 'response-lost', times: '2', ...create })
    await dieWhilePaying(paid, 'pm_card_visa')
    await house.owner.query(
      `update payment.payment set created_at = now() - interval '25 hours', intent_id = null, next_try_at = now()
       where booking_id = $1`,
      [paid.bookingId],
    )
    const never = await house.hold()
    await begun(never, { createdAgo: '25 hours' })
    await house.startPayment()
    await becomes(paid, 'CONFIRMED')
    await becomes(never, 'HELD')
    expect(await house.intents(paid)).toHaveLength(1)
    expect(await house.intents(never)).toHaveLength(0)
    await house.settled()
  })
})

describe('Postgres', () => {
  it('does not answer: the customer is told in time, and can ask again', async () => {
    await house.startPayment()
    const held = await house.hold()
    const requestId = randomUUID()
    const blocker = await house.owner.connect()
    await blocker.query('begin; lock table payment.payment in access exclusive mode')
    try {
      const from = Date.now()
      await expect(house.pay(held, 'pm_card_visa', requestId)).rejects.toThrow('UNAVAILABLE')
      expect(Date.now() - from).toBeLessThan(2_500)
    } finally {
      await blocker.query('rollback')
      blocker.release()
    }
    expect(await house.pay(held, 'pm_card_visa', requestId)).toMatchObject({ __typename: 'AuthorizePaymentSuccess' })
    await house.settled()
  })
})

describe('Redis', () => {
  it('does not answer: paying goes on, and the fare is taken when it is back', async () => {
    await house.startPayment()
    const held = await house.hold()
    await house.redis.pause()
    try {
      expect(await house.pay(held, 'pm_card_visa')).toMatchObject({ __typename: 'AuthorizePaymentSuccess' })
      await house.ride(held, 150)
    } finally {
      await house.redis.resume()
    }
    await until(async () => (await house.latest(held)).state === 'CAPTURED', 20_000)
    await house.settled()
  })
})
