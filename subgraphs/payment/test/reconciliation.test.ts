import { randomUUID } from 'node:crypto'
import { createLog } from '@holdfast/service/process'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { brokenInvariants } from '../../../e2e/invariants/check.ts'
import { paymentInvariants } from '../../../e2e/invariants/payment.ts'
import { reconcilePayments } from '../src/commands/reconcilePayments.ts'
import { createStripe } from '../src/stripe/client.ts'
import { type Environment, type Held, startEnvironment, stripeKey, until } from './environment.ts'

let environment: Environment
beforeAll(async () => {
  environment = await startEnvironment()
}, 90_000)
afterAll(() => environment.close())

const hour = 3_600_000

/** Compares as somebody who comes `later` ms from now. */
const compare = (later = 0) =>
  reconcilePayments(
    {
      pool: environment.owner,
      stripe: createStripe(stripeKey, environment.url.stripe),
      log: createLog('test', 'silent'),
      now: () => new Date(Date.now() + later),
    },
    new Date(Date.now() - hour),
  )

async function ridden(): Promise<Held> {
  const held = await environment.hold()
  await environment.pay(held, 'pm_card_visa')
  await environment.ride(held, 600)
  await until(async () => (await environment.latest(held)).state === 'CAPTURED')
  return held
}

describe("the comparison with Stripe's books", () => {
  it('finds nothing when all is well', async () => {
    await ridden()
    const declined = await environment.hold()
    await environment.pay(declined, 'pm_card_visa_chargeDeclined')
    await environment.settled()
    expect(await compare(hour)).toEqual([])
  })

  it('finds what differs, and releases an authorisation that nobody will take', async () => {
    const held = await ridden()
    await environment.pretend('update payment.payment set captured_minor = 599 where booking_id = $1', [held.bookingId])
    const orphan = await environment.hold()
    await environment.pay(orphan, 'pm_card_visa')
    await environment.pretend(
      `update payment.payment set state = 'FAILED', decline_code = 'processing_error' where booking_id = $1`,
      [orphan.bookingId],
    )
    const stranger = await createStripe(stripeKey, environment.url.stripe).paymentIntents.create({
      amount: 100,
      currency: 'eur',
      capture_method: 'manual',
      confirm: true,
      payment_method: 'pm_card_visa',
      return_url: environment.url.payment,
      metadata: { payment_id: randomUUID() },
    })

    expect((await compare()).map(({ kind }) => kind)).toEqual(['AMOUNT_DIFFERS'])
    const found = await compare(hour)
    expect(found.map(({ kind, state }) => ({ kind, state }))).toEqual([
      { kind: 'ORPHAN_AUTHORISATION', state: null },
      { kind: 'ORPHAN_AUTHORISATION', state: 'FAILED' },
      { kind: 'AMOUNT_DIFFERS', state: 'CAPTURED' },
    ])
    await environment.owner.query('update payment.payment set next_try_at = now() where next_try_at is not null')
    await until(async () => (await environment.intents(orphan))[0]?.status === 'canceled')
    // Not in our database, so it may be another installation's.
    expect(found[0]?.intentId).toBe(stranger.id)
    const left = await createStripe(stripeKey, environment.url.stripe).paymentIntents.retrieve(stranger.id)
    expect(left.status).toBe('requires_capture')

    await environment.pretend('update payment.payment set captured_minor = 600 where booking_id = $1', [held.bookingId])
    await environment.end(orphan, 'CANCELLED')
  })
})

describe('the invariants', () => {
  it('hold after rides, and each is noticed when it is broken', async () => {
    const held = await ridden()
    await environment.settled()
    const on = [held.bookingId]
    const breaks: Record<string, string> = {
      'a charge has a completed booking': `update booking.booking set state = 'ACTIVE', fare_minor = null where id = $1`,
      'a completed booking that costs something is charged, up to what was authorised': `
        update booking.booking set fare_minor = 700 where id = $1`,
      'a booking that is confirmed or active has an authorisation': `
        with p as (update payment.payment set state = 'VOIDED', captured_minor = null where booking_id = $1)
        update booking.booking set state = 'ACTIVE', fare_minor = null where id = $1`,
      'no authorisation outlives its booking': `
        update payment.payment set state = 'AUTHORIZED', captured_minor = null where booking_id = $1`,
      'the receipts sum up to what was captured': `update payment.receipt set gross_minor = 1, net_minor = 1, vat_minor = 0
        where booking_id = $1`,
      'receipt numbers have no gap': `update payment.receipt set number = number + 1000 where booking_id = $1`,
    }
    for (const [invariant, statement] of Object.entries(breaks)) {
      const client = await environment.owner.connect()
      try {
        await client.query('begin; set local session_replication_role = replica')
        await client.query(statement, on)
        expect((await brokenInvariants(client, paymentInvariants)).map(({ invariant: name }) => name)).toContain(
          invariant,
        )
      } finally {
        await client.query('rollback')
        client.release()
      }
    }
    expect(await brokenInvariants(environment.owner, paymentInvariants)).toEqual([])
  })

  it('cannot be broken by a second live payment: Postgres refuses it', async () => {
    const held = await ridden()
    const second = environment.owner.query(
      `insert into payment.payment (id, booking_id, customer_id, attempt, request_id, input_hash, payment_method_id,
         amount_minor, currency, attempts_left, hold_expires_at, decide_by)
       values (gen_random_uuid(), $1, gen_random_uuid(), 2, gen_random_uuid(), '', 'pm', 1, 'EUR', 0, now(), now())`,
      [held.bookingId],
    )
    await expect(second).rejects.toThrow('one_live_payment_per_booking')
  })
})
