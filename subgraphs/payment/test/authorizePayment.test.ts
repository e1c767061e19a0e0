import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Environment, startEnvironment, until } from './environment.ts'

let environment: Environment
beforeAll(async () => {
  environment = await startEnvironment()
}, 90_000)
afterAll(() => environment.close())

describe('authorizePayment', () => {
  it('freezes the amount and confirms the booking', async () => {
    const held = await environment.hold()
    const answer = await environment.pay(held, 'pm_card_visa')
    expect(answer).toMatchObject({
      __typename: 'AuthorizePaymentSuccess',
      payment: { state: 'AUTHORIZED', attempt: 1 },
    })
    expect(await environment.bookingState(held)).toBe('CONFIRMED')
    expect(await environment.intents(held)).toMatchObject([
      { status: 'requires_capture', amount: 2000, currency: 'eur' },
    ])
    await environment.settled()
  })

  it('has as long as booking’s policy gives it', async () => {
    const processSeconds = (seconds: number) =>
      environment.owner.query('update booking.policy set process_seconds = $1', [seconds])
    await processSeconds(77)
    try {
      const held = await environment.hold()
      const from = Date.now()
      await environment.pay(held, 'pm_card_visa')
      const to = Date.now()
      const { rows } = await environment.owner.query<{ decide_by: Date }>(
        'select decide_by from payment.payment where booking_id = $1',
        [held.bookingId],
      )
      const decideBy = rows[0]?.decide_by.getTime()
      expect(decideBy).toBeGreaterThanOrEqual(from + 77_000)
      expect(decideBy).toBeLessThanOrEqual(to + 77_000)
      await environment.settled()
    } finally {
      await processSeconds(300)
    }
  })

  it.each([
    ['pm_card_visa_chargeDeclined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedLostCard', 'lost_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card'],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error'],
  ])('says why %s was declined, and the hold goes on', async (card, code) => {
    const held = await environment.hold()
    const answer = await environment.pay(held, card)
    expect(answer).toMatchObject({ __typename: 'PaymentDeclined', code, attemptsLeft: 4 })
    expect(new Date(answer.holdExpiresAt ?? '').getTime()).toBeGreaterThan(Date.now())
    expect(await environment.bookingState(held)).toBe('HELD')
    await environment.settled()
    // Whoever has its client secret cannot bring it to life again.
    expect(await environment.intents(held)).toMatchObject([{ status: 'canceled' }])
  })

  it('takes another card after a declined one', async () => {
    const held = await environment.hold()
    await environment.pay(held, 'pm_card_visa_chargeDeclined')
    const answer = await environment.pay(held, 'pm_card_visa')
    expect(answer).toMatchObject({ __typename: 'AuthorizePaymentSuccess', payment: { attempt: 2 } })
    expect(await environment.bookingState(held)).toBe('CONFIRMED')
    await environment.settled()
  })

  it('ends the booking with the fifth declined card', async () => {
    const held = await environment.hold()
    const left: (number | undefined)[] = []
    for (let attempt = 1; attempt <= 5; attempt++)
      left.push((await environment.pay(held, 'pm_card_visa_chargeDeclined')).attemptsLeft)
    expect(left).toEqual([4, 3, 2, 1, 0])
    expect(await environment.bookingState(held)).toBe('CANCELLED')
    expect(await environment.pay(held, 'pm_card_visa')).toMatchObject({
      __typename: 'BookingNotPayable',
      state: 'CANCELLED',
    })
    await environment.settled()
  })

  it('refuses a payment method that Stripe does not know, and the hold goes on', async () => {
    const held = await environment.hold()
    const requestId = randomUUID()
    const unusable = { __typename: 'PaymentMethodUnusable', attemptsLeft: 4 }
    expect(await environment.pay(held, 'pm_nobody_has_this', requestId)).toMatchObject(unusable)
    expect(await environment.bookingState(held)).toBe('HELD')
    expect(await environment.pay(held, 'pm_nobody_has_this', requestId)).toMatchObject(unusable)
    expect(await environment.pay(held, 'pm_card_visa')).toMatchObject({ __typename: 'AuthorizePaymentSuccess' })
    await environment.settled()
  })

  it('makes one intent of ten parallel requests with one id, and answers them all the same', async () => {
    const held = await environment.hold()
    const requestId = randomUUID()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => environment.pay(held, 'pm_card_visa', requestId)),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ __typename: 'AuthorizePaymentSuccess' })
    expect(await environment.intents(held)).toHaveLength(1)
    await environment.settled()
  })

  it('lets one of ten parallel payments with different ids through', async () => {
    const held = await environment.hold()
    const answers = await Promise.all(Array.from({ length: 10 }, () => environment.pay(held, 'pm_card_visa')))
    const names = answers.map(({ __typename }) => __typename).sort()
    expect(names).toEqual(['AuthorizePaymentSuccess', ...Array.from({ length: 9 }, () => 'BookingNotPayable')])
    expect(await environment.intents(held)).toHaveLength(1)
    await environment.settled()
  })

  it('answers a repeated request by what has become of it', async () => {
    const held = await environment.hold()
    const requestId = randomUUID()
    const declined = await environment.pay(held, 'pm_card_visa_chargeDeclined', requestId)
    expect(await environment.pay(held, 'pm_card_visa_chargeDeclined', requestId)).toEqual(declined)
    expect(await environment.intents(held)).toHaveLength(1)
    await environment.settled()
  })

  it('refuses a request id that was used for something else', async () => {
    const held = await environment.hold()
    const requestId = randomUUID()
    await environment.pay(held, 'pm_card_visa', requestId)
    expect(await environment.pay(held, 'pm_card_mastercard', requestId)).toMatchObject({
      __typename: 'RequestIdReused',
    })
    const other = { ...(await environment.hold()), customerId: held.customerId }
    expect(await environment.pay(other, 'pm_card_visa', requestId)).toMatchObject({ __typename: 'RequestIdReused' })
    await environment.settled()
  })

  it('does not know the booking of somebody else, one that is none, or no UUID', async () => {
    const held = await environment.hold()
    for (const stranger of [
      { ...held, customerId: randomUUID() },
      { ...held, bookingId: randomUUID() },
      { ...held, bookingId: 'booking-7' },
    ]) {
      expect(await environment.pay(stranger, 'pm_card_visa')).toMatchObject({ __typename: 'BookingNotFound' })
    }
    expect(await environment.bookingState(held)).toBe('HELD')
  })

  it('does not pay for a hold that has run out', async () => {
    const held = await environment.hold({ seconds: 0 })
    expect(await environment.pay(held, 'pm_card_visa')).toMatchObject({ __typename: 'HoldExpired' })
    expect(await environment.intents(held)).toEqual([])
  })

  it('confirms when the hold runs out while Stripe is asked', async () => {
    const held = await environment.hold({ seconds: 1 })
    await environment.fault({ kind: 'latency', ms: '1500', method: 'POST', path: '/v1/payment_intents' })
    expect(await environment.pay(held, 'pm_card_visa')).toMatchObject({ __typename: 'AuthorizePaymentSuccess' })
    await environment.settled()
  })

  it('ends the booking when the card is declined after the hold has run out', async () => {
    const held = await environment.hold({ seconds: 1 })
    await environment.fault({ kind: 'latency', ms: '1500', method: 'POST', path: '/v1/payment_intents' })
    const answer = await environment.pay(held, 'pm_card_visa_chargeDeclined')
    expect(answer).toMatchObject({ __typename: 'PaymentDeclined', attemptsLeft: 0 })
    expect(await environment.bookingState(held)).toBe('CANCELLED')
    await environment.settled()
  })

  it.each([
    [
      'the booking was cancelled',
      `update booking.booking set state = 'CANCELLED', cancel_reason = 'OPERATOR', expires_at = null where id = $1`,
    ],
    ['the vehicle went out of service', 'update booking.bookable set withdrawn = true where holder = $1'],
  ])('releases the money when %s while Stripe was asked', async (_, happens) => {
    const held = await environment.hold()
    const requestId = randomUUID()
    await environment.fault({ kind: 'latency', ms: '1200', method: 'POST', path: '/v1/payment_intents' })
    const paying = environment.pay(held, 'pm_card_visa', requestId)
    await until(async () => (await environment.bookingState(held)) === 'PROCESSING')
    await environment.owner.query(happens, [held.bookingId])
    expect(await paying).toMatchObject({ __typename: 'PaymentReleased' })
    await environment.settled()
    expect(await environment.latest(held)).toMatchObject({ state: 'VOIDED' })
    expect(await environment.bookingState(held)).toBe('CANCELLED')
    expect(await environment.intents(held)).toMatchObject([{ status: 'canceled' }])
    expect(await environment.pay(held, 'pm_card_visa', requestId)).toMatchObject({ __typename: 'PaymentReleased' })
  })

  it('refuses a payment method id that cannot be one of Stripe, and the hold goes on', async () => {
    const held = await environment.hold()
    for (const none of ['', 'pm_\u0000', 'pm_1/../2', `pm_${'1'.repeat(300)}`]) {
      await expect(environment.pay(held, none)).rejects.toThrow('BAD_USER_INPUT')
    }
    expect(await environment.bookingState(held)).toBe('HELD')
  })

  it('refuses a request id that is no UUID, and who is not a customer', async () => {
    const held = await environment.hold()
    await expect(environment.pay(held, 'pm_card_visa', 'mine')).rejects.toThrow('BAD_USER_INPUT')
    const asked = (role: 'anonymous' | 'operator') =>
      environment.ask(
        'mutation ($input: AuthorizePaymentInput!) { authorizePayment(input: $input) { __typename } }',
        { input: { requestId: randomUUID(), bookingId: held.bookingId, paymentMethodId: 'pm_card_visa' } },
        { id: randomUUID(), role, scopes: [] },
      )
    expect((await asked('anonymous')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    expect((await asked('operator')).errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  })
})
