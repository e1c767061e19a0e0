import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Environment, type Held, startEnvironment, until } from './environment.ts'

let environment: Environment
beforeAll(async () => {
  environment = await startEnvironment()
}, 90_000)
afterAll(() => environment.close())

const card = 'pm_card_threeDSecure2Required'

async function challenged(requestId: string = randomUUID()) {
  const held = await environment.hold()
  const answer = await environment.pay(held, card, requestId)
  expect(answer).toMatchObject({ __typename: 'PaymentActionRequired', payment: { state: 'REQUIRES_ACTION' } })
  const [intent] = await environment.intents(held)
  if (!intent) throw new Error('no intent')
  return { held, answer, intent, requestId }
}

const becomes = (held: Held, state: string) => until(async () => (await environment.bookingState(held)) === state)

describe("a card whose bank wants its customer's agreement", () => {
  it('pays when the customer agrees on the page', async () => {
    const { held, answer, requestId } = await challenged()
    expect(await environment.bookingState(held)).toBe('PROCESSING')
    const page = await fetch(answer.redirectUrl ?? '', {
      method: 'POST',
      body: new URLSearchParams({ answer: 'authorise' }),
      redirect: 'manual',
    })
    const back = await fetch(page.headers.get('location') ?? '')
    expect(await back.text()).toContain('go back to the app')
    await becomes(held, 'CONFIRMED')
    expect(await environment.pay(held, card, requestId)).toMatchObject({ __typename: 'AuthorizePaymentSuccess' })
    await environment.settled()
  })

  it('is declined when the customer does not agree, and another card pays', async () => {
    const { held, intent, requestId } = await challenged()
    await environment.authenticate(intent.id, 'fail')
    await becomes(held, 'HELD')
    expect(await environment.pay(held, card, requestId)).toMatchObject({
      __typename: 'PaymentDeclined',
      code: 'payment_intent_authentication_failure',
      attemptsLeft: 4,
    })
    expect(await environment.pay(held, 'pm_card_visa')).toMatchObject({ __typename: 'AuthorizePaymentSuccess' })
    await environment.settled()
    expect((await environment.intents(held)).map(({ status }) => status).sort()).toEqual([
      'canceled',
      'requires_capture',
    ])
  })

  it('is declined by the bank although the customer agreed', async () => {
    const held = await environment.hold()
    await environment.pay(held, 'pm_card_threeDSecureRequiredChargeDeclined')
    const [intent] = await environment.intents(held)
    await environment.authenticate(intent?.id ?? '', 'succeed')
    await becomes(held, 'HELD')
    expect(await environment.latest(held)).toMatchObject({ state: 'FAILED', decline_code: 'generic_decline' })
    await environment.settled()
  })

  it('gives the page again when asked again', async () => {
    const { held, answer, intent, requestId } = await challenged()
    const again = await environment.pay(held, card, requestId)
    expect(again).toEqual(answer)
    expect(again.clientSecret).toMatch(/^pi_\w+_secret_/)
    await environment.authenticate(intent.id, 'fail')
    await becomes(held, 'HELD')
  })

  it('does not send the customer to the page any more once the time is over', async () => {
    const { held, requestId } = await challenged()
    await environment.owner.query(
      `update payment.payment set decide_by = now(), next_try_at = now() + interval '1 minute' where booking_id = $1`,
      [held.bookingId],
    )
    const late = await environment.pay(held, card, requestId)
    expect(late.__typename).toBe('PaymentPending')
    await becomes(held, 'HELD')
    await environment.settled()
  })

  it('counts as declined when nobody agreed in time, and its intent is cancelled', async () => {
    const { held } = await challenged()
    await environment.owner.query(
      `update payment.payment set decide_by = now(), next_try_at = now() where booking_id = $1`,
      [held.bookingId],
    )
    await becomes(held, 'HELD')
    expect(await environment.latest(held)).toMatchObject({
      state: 'FAILED',
      decline_code: 'payment_intent_payment_attempt_expired',
    })
    expect(await environment.intents(held)).toMatchObject([{ status: 'canceled' }])
    await environment.settled()
  })

  it('pays when every webhook about it is lost', async () => {
    await environment.fault({ kind: 'webhook-drop', times: '100' })
    try {
      const { held, intent } = await challenged()
      await environment.authenticate(intent.id, 'succeed')
      await until(async () => (await environment.bookingState(held)) === 'CONFIRMED', 25_000)
      await environment.settled()
    } finally {
      await fetch(`${environment.url.stripe}/_emulator/faults`, { method: 'DELETE' })
    }
  }, 40_000)
})
