import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { type Environment, type Held, startEnvironment, until } from './environment.ts'

// Processes are killed and started again and again, on a machine that may be busy with other tests.
jest.setTimeout(120_000)

let environment: Environment
beforeAll(async () => {
  environment = await startEnvironment({ payment: false })
})
afterAll(() => environment.close())

const create = { method: 'POST', path: '/v1/payment_intents' }
const becomes = (held: Held, state: string, ms?: number) =>
  until(async () => (await environment.bookingState(held)) === state, ms)

/** The first transaction of authorizePayment, committed by a process that died after it. */
async function begun(held: Held, { card = 'pm_card_visa', createdAgo = '10 seconds' } = {}): Promise<string> {
  const id = randomUUID()
  await environment.owner.query('select booking.claim_for_payment($1, $2, $3, null)', [
    held.bookingId,
    held.customerId,
    id,
  ])
  await environment.owner.query(
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
  const paying = environment.pay(held, card).catch(() => undefined)
  await until(async () => (await environment.intents(held)).length > 0)
  await environment.payment.kill()
  await paying
}

describe('a process that dies', () => {
  it('after the claim, before Stripe was asked: the next one asks', async () => {
    await environment.payment.kill()
    const held = await environment.hold()
    await begun(held)
    await environment.startPayment()
    await becomes(held, 'CONFIRMED')
    expect(await environment.intents(held)).toHaveLength(1)
    await environment.settled()
  })

  it('after Stripe was asked, before its answer: the next one learns it', async () => {
    for (const [card, end] of [
      ['pm_card_visa', 'CONFIRMED'],
      ['pm_card_visa_chargeDeclined', 'HELD'],
    ] as const) {
      await environment.startPayment()
      const held = await environment.hold()
      await environment.fault({ kind: 'response-lost', times: '2', ...create })
      // Stripe has done it; the process sees two lost answers, or dies before.
      await dieWhilePaying(held, card)
      await environment.startPayment()
      await becomes(held, end)
      expect(await environment.intents(held)).toHaveLength(1)
      await environment.settled()
    }
  })

  it('before the ride ends: the next one takes the fare', async () => {
    await environment.startPayment()
    const held = await environment.hold()
    await environment.pay(held, 'pm_card_visa')
    await environment.payment.kill()
    await environment.ride(held, 800)
    await environment.startPayment()
    await until(async () => (await environment.latest(held)).state === 'CAPTURED')
    expect(await environment.intents(held)).toMatchObject([{ amount_received: 800 }])
    await environment.settled()
  })

  it('after the fare was taken, before it was written down: the next one writes it, and takes nothing more', async () => {
    await environment.startPayment()
    const held = await environment.hold()
    await environment.pay(held, 'pm_card_visa')
    await environment.fault({
      kind: 'response-lost',
      times: '2',
      method: 'POST',
      path: '/v1/payment_intents/*/capture',
    })
    await environment.ride(held, 800)
    await until(async () => (await environment.intents(held))[0]?.status === 'succeeded')
    await environment.payment.kill()
    await environment.startPayment()
    await until(async () => (await environment.latest(held)).state === 'CAPTURED')
    expect(await environment.intents(held)).toMatchObject([{ amount_received: 800 }])
    await environment.settled()
  })

  it('at any moment, several times, under load: nothing is lost and nothing is charged twice', async () => {
    await environment.startPayment()
    const cards = ['pm_card_visa', 'pm_card_mastercard', 'pm_card_visa_chargeDeclined']
    const all: Held[] = []
    const customers = Array.from({ length: 10 }, async (_, n) => {
      for (let turn = 0; turn < 4; turn++) {
        const held = await environment.hold()
        all.push(held)
        await environment.pay(held, cards[(n + turn) % cards.length] ?? '').catch(() => sleep(100))
        if ((await environment.bookingState(held)) === 'CONFIRMED') await environment.ride(held, 100 + n)
      }
    })
    for (let death = 0; death < 3; death++) {
      await sleep(100 + Math.random() * 300)
      await environment.payment.kill()
      await environment.startPayment()
    }
    await Promise.all(customers)
    await environment.settled()
    for (const held of all) {
      const state = await environment.bookingState(held)
      expect(['HELD', 'CONFIRMED', 'COMPLETED']).toContain(state)
      const open = (await environment.intents(held)).filter(({ status }) => status !== 'canceled')
      expect(open.map(({ status }) => status)).toEqual(
        { HELD: [], CONFIRMED: ['requires_capture'], COMPLETED: ['succeeded'] }[state],
      )
    }
  })
})

describe('Stripe', () => {
  it('does not answer: the customer is told in time, and it is done when it is back', async () => {
    await environment.startPayment()
    const held = await environment.hold()
    const requestId = randomUUID()
    environment.stripe.pause()
    try {
      const from = Date.now()
      const answer = await environment.pay(held, 'pm_card_visa', requestId)
      expect(answer).toMatchObject({ __typename: 'PaymentPending', payment: { state: 'AUTHORIZING' } })
      expect(Date.now() - from).toBeLessThan(3_000)
    } finally {
      environment.stripe.resume()
    }
    await becomes(held, 'CONFIRMED', 15_000)
    expect(await environment.pay(held, 'pm_card_visa', requestId)).toMatchObject({
      __typename: 'AuthorizePaymentSuccess',
    })
    expect(await environment.intents(held)).toHaveLength(1)
    await environment.settled()
  })

  it.each([
    ['pm_card_visa', 'CONFIRMED'],
    ['pm_card_visa_chargeDeclined', 'CANCELLED'],
  ])(
    'does not answer until the claim has run out: the booking is reviewed, keeps its thing, and ends by %s as %s',
    async (card, end) => {
      await environment.startPayment()
      const held = await environment.hold()
      environment.stripe.pause()
      try {
        await environment.pay(held, card)
        await environment.pretend(`update booking.booking set expires_at = now() where id = $1`, [held.bookingId])
        await environment.owner.query(
          `update payment.payment set decide_by = now(), next_try_at = now() where booking_id = $1`,
          [held.bookingId],
        )
        await becomes(held, 'NEEDS_REVIEW', 15_000)
        const { rows } = await environment.owner.query('select from booking.bookable where holder = $1', [
          held.bookingId,
        ])
        expect(rows).toHaveLength(1)
      } finally {
        environment.stripe.resume()
      }
      await becomes(held, end, 25_000)
      await environment.settled()
    },
    60_000,
  )

  it('does not answer while the booking is cancelled: nothing stays frozen', async () => {
    await environment.startPayment()
    const held = await environment.hold()
    environment.stripe.pause()
    try {
      await environment.pay(held, 'pm_card_visa')
      await environment.end(held, 'CANCELLED')
      await until(async () => (await environment.latest(held)).pending_action === 'VOID')
    } finally {
      environment.stripe.resume()
    }
    await until(async () => (await environment.intents(held))[0]?.status === 'canceled', 20_000)
    await environment.settled()
    expect(['VOIDED', 'FAILED']).toContain((await environment.latest(held)).state)
  })

  it('fails for its own reasons: once it is sure that there is no intent, the customer can pay again', async () => {
    await environment.startPayment()
    const held = await environment.hold()
    await environment.fault({ kind: 'server-error', times: '1', ...create })
    expect(await environment.pay(held, 'pm_card_visa')).toMatchObject({ __typename: 'PaymentPending' })
    // Its key brings the same failure back for a day, so it is looked for; after two minutes a search would see it.
    await environment.owner.query(
      `update payment.payment set created_at = now() - interval '3 minutes', next_try_at = now() where booking_id = $1`,
      [held.bookingId],
    )
    await becomes(held, 'HELD')
    expect(await environment.pay(held, 'pm_card_visa')).toMatchObject({ __typename: 'AuthorizePaymentSuccess' })
    await environment.settled()
  })

  it('has forgotten the key after a day: the intent is found by its metadata, or there is none', async () => {
    await environment.startPayment()
    const paid = await environment.hold()
    await environment.fault({ kind: 'response-lost', times: '2', ...create })
    await dieWhilePaying(paid, 'pm_card_visa')
    await environment.owner.query(
      `update payment.payment set created_at = now() - interval '25 hours', intent_id = null, next_try_at = now()
       where booking_id = $1`,
      [paid.bookingId],
    )
    const never = await environment.hold()
    await begun(never, { createdAgo: '25 hours' })
    await environment.startPayment()
    await becomes(paid, 'CONFIRMED')
    await becomes(never, 'HELD')
    expect(await environment.intents(paid)).toHaveLength(1)
    expect(await environment.intents(never)).toHaveLength(0)
    await environment.settled()
  })
})

describe('Postgres', () => {
  it('does not answer: the customer is told in time, and can ask again', async () => {
    await environment.startPayment()
    const held = await environment.hold()
    const requestId = randomUUID()
    const blocker = await environment.owner.connect()
    await blocker.query('begin; lock table payment.payment in access exclusive mode')
    try {
      const from = Date.now()
      await expect(environment.pay(held, 'pm_card_visa', requestId)).rejects.toThrow('UNAVAILABLE')
      expect(Date.now() - from).toBeLessThan(2_500)
    } finally {
      await blocker.query('rollback')
      blocker.release()
    }
    expect(await environment.pay(held, 'pm_card_visa', requestId)).toMatchObject({
      __typename: 'AuthorizePaymentSuccess',
    })
    await environment.settled()
  })
})

describe('Redis', () => {
  it('does not answer: paying goes on, and the fare is taken when it is back', async () => {
    await environment.startPayment()
    const held = await environment.hold()
    await environment.redis.pause()
    try {
      expect(await environment.pay(held, 'pm_card_visa')).toMatchObject({ __typename: 'AuthorizePaymentSuccess' })
      await environment.ride(held, 150)
    } finally {
      await environment.redis.resume()
    }
    await until(async () => (await environment.latest(held)).state === 'CAPTURED', 20_000)
    await environment.settled()
  })
})
