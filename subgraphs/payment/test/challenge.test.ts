import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Held, type House, openHouse, until } from './house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
}, 90_000)
afterAll(() => house.close())

const card = 'pm_card_threeDSecure2Required'

async function challenged(requestId: string = randomUUID()) {
  const held = await house.hold()
  const answer = await house.pay(held, card, requestId)
  expect(answer).toMatchObject({ __typename: 'PaymentActionRequired', payment: { state: 'REQUIRES_ACTION' } })
  const [intent] = await house.intents(held)
  if (!intent) throw new Error('no intent')
  return { held, answer, intent, requestId }
}

const becomes = (held: Held, state: string) => until(async () => (await house.bookingState(held)) === state)

describe("a card whose bank wants its customer's agreement", () => {
  it('pays when the customer agrees on the page', async () => {
    const { held, answer, requestId } = await challenged()
    expect(await house.bookingState(held)).toBe('PROCESSING')
    const page = await fetch(answer.redirectUrl ?? '', {
      method: 'POST',
      body: new URLSearchParams({ answer: 'authorise' }),
      redirect: 'manual',
    })
    const back = await fetch(page.headers.get('location') ?? '')
    expect(await back.text()).toContain('go back to the app')
    await becomes(held, 'CONFIRMED')
    expect(await house.pay(held, card, requestId)).toMatchObject({ __typename: 'AuthorizePaymentSuccess' })
    await house.settled()
  })

  it('is declined when the customer does not agree, and another card pays', async () => {
    const { held, intent, requestId } = await challenged()
    await house.authenticate(intent.id, 'fail')
    await becomes(held, 'HELD')
    expect(await house.pay(held, card, requestId)).toMatchObject({
      __typename: 'PaymentDeclined',
      code: 'payment_intent_authentication_failure',
      attemptsLeft: 4,
    })
    expect(await house.pay(held, 'pm_card_visa')).toMatchObject({ __typename: 'AuthorizePaymentSuccess' })
    await house.settled()
    expect((await house.intents(held)).map(({ status }) => status).sort()).toEqual(['canceled', 'requires_capture'])
  })

  it('is declined by the bank although the customer agreed', async () => {
    const held = await house.hold()
    await house.pay(held, 'pm_card_threeDSecureRequiredChargeDeclined')
    const [intent] = await house.intents(held)
    await house.authenticate(intent?.id ?? '', 'succeed')
    await becomes(held, 'HELD')
    expect(await house.latest(held)).toMatchObject({ state: 'FAILED', decline_code: 'generic_decline' })
    await house.settled()
  })

  it('gives the page again when asked again', async () => {
    const { held, answer, intent, requestId } = await challenged()
    const again = await house.pay(held, card, requestId)
    expect(again).toEqual(answer)
    expect(again.clientSecret).toMatch(/^pi_\w+_secret_/)
    await house.authenticate(intent.id, 'fail')
    await becomes(held, 'HELD')
  })

  it('does not send the customer to the page any more once the time is over', async () => {
    const { held, requestId } = await challenged()
    await house.owner.query(
      `update payment.payment set decide_by = now(), next_try_at = now() + interval '1 minute' where booking_id = $1`,
      [held.bookingId],
    )
    const late = await house.pay(held, card, requestId)
    expect(late.__typename).toBe('PaymentPending')
    await becomes(held, 'HELD')
    await house.settled()
  })

  it('counts as declined when nobody agreed in time, and its intent is cancelled', async () => {
    const { held } = await challenged()
    await house.owner.query(`update payment.payment set decide_by = now(), next_try_at = now() where booking_id = $1`, [
      held.bookingId,
    ])
    await becomes(held, 'HELD')
    expect(await house.latest(held)).toMatchObject({
      state: 'FAILED',
      decline_code: 'payment_intent_payment_attempt_expired',
    })
    expect(await house.intents(held)).toMatchObject([{ status: 'canceled' }])
    await house.settled()
  })

  it('pays when every webhook about it is lost', async () => {
    await house.fault({ kind: 'webhook-drop', times: '100' })
    try {
      const { held, intent } = await challenged()
      await house.authenticate(intent.id, 'succeed')
      await until(async () => (await house.bookingState(held)) === 'CONFIRMED', 25_000)
      await house.settled()
    } finally {
      await fetch(`${house.url.stripe}/_emulator/faults`, { method: 'DELETE' })
    }
  }, 40_000)
})
