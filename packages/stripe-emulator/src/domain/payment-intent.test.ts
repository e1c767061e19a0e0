import { describe, expect, it } from '@jest/globals'
import type Stripe from 'stripe'
import { authenticateIntent, confirmIntent } from './confirmation.ts'
import type { ClockAndIds } from './objects.ts'
import type { Outcome } from './outcome.ts'
import {
  cancelIntent,
  captureIntent,
  createIntent,
  expireIntent,
  type IntentChange,
  type IntentState,
  intentStates,
  type Move,
  moves,
  reviseIntent,
} from './payment-intent.ts'
import { createPaymentMethod } from './payment-method.ts'
import { type TestCard, testCards } from './test-cards.ts'

let minted = 0
const at: ClockAndIds = { now: 1_700_000_000, id: (prefix) => `${prefix}_${++minted}` }
const later = (seconds: number): ClockAndIds => ({ ...at, now: at.now + seconds })

const value = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(outcome.error.message)
  return outcome.value
}

const method = (card: TestCard): Stripe.PaymentMethod => createPaymentMethod(card, {}, at)
const visa = method(testCards.visa)

const created = (capture_method: 'manual' | 'automatic', card?: Stripe.PaymentMethod): Stripe.PaymentIntent =>
  value(
    createIntent(
      {
        amount: 2_000,
        currency: 'eur',
        capture_method,
        customer: null,
        metadata: {},
        description: null,
        receipt_email: null,
        setup_future_usage: null,
        statement_descriptor: null,
        statement_descriptor_suffix: null,
        transfer_group: null,
        allowed_payment_method_types: ['card'],
        automatic_payment_methods: null,
      },
      card ?? null,
      at,
    ),
  ).shown

const confirmed = (
  intent: Stripe.PaymentIntent,
  card: Stripe.PaymentMethod | null,
  how: { offSession?: boolean; errorOnRequiresAction?: boolean; returnUrl?: string } = {},
): Outcome<IntentChange> =>
  confirmIntent(
    intent,
    {
      method: card,
      offSession: false,
      errorOnRequiresAction: false,
      returnUrl: null,
      challengeUrl: 'http://here/',
      ...how,
    },
    at,
  )

const chargeIn = (change: IntentChange): Stripe.Charge => {
  const charge = change.also?.find((each): each is Stripe.Charge => each.object === 'charge')
  if (!charge) throw new Error('no charge')
  return charge
}

const types = (change: IntentChange): string[] | undefined => change.events?.map(({ type }) => type)

/** An intent in each state, reached by the moves themselves where they lead there. */
function intentIn(state: IntentState): { intent: Stripe.PaymentIntent; charge?: Stripe.Charge } {
  switch (state) {
    case 'requires_payment_method':
      return { intent: created('manual') }
    case 'requires_confirmation':
      return { intent: created('manual', visa) }
    case 'requires_action':
      return { intent: value(confirmed(created('manual'), method(testCards.authenticationRequired))).shown }
    case 'processing':
      return { intent: { ...created('manual', visa), status: 'processing' } }
    case 'requires_capture': {
      const change = value(confirmed(created('manual'), visa))
      return { intent: change.shown, charge: chargeIn(change) }
    }
    case 'succeeded': {
      const change = value(confirmed(created('automatic'), visa))
      return { intent: change.shown, charge: chargeIn(change) }
    }
    case 'canceled':
      return { intent: value(cancelIntent(created('manual'), undefined, null, at)).shown }
  }
}

const perform: Record<
  Move,
  (intent: Stripe.PaymentIntent, charge: Stripe.Charge | undefined) => Outcome<IntentChange>
> = {
  revise: (intent) => reviseIntent(intent, {}, { amount: 1_500 }),
  confirm: (intent) => confirmed(intent, visa),
  authenticate: (intent) => authenticateIntent(intent, visa, true, at),
  capture: (intent, charge) => captureIntent(intent, charge, { amount: null }, at),
  cancel: (intent, charge) => cancelIntent(intent, charge, null, at),
  expire: (intent, charge) => expireIntent(intent, charge, at),
}

describe('every move from every state', () => {
  const pairs = intentStates.flatMap((state) => (Object.keys(moves) as Move[]).map((move) => [move, state] as const))

  it.each(pairs)('%s from %s does what the table says', (move, state) => {
    const { intent, charge } = intentIn(state)
    expect(intent.status).toBe(state)
    const outcome = perform[move](intent, charge)
    const from: readonly string[] = moves[move].from
    if (from.includes(state)) {
      expect(moves[move].to).toContain(value(outcome).shown.status)
    } else {
      expect(outcome).toMatchObject({
        ok: false,
        error: { status: 400, code: 'payment_intent_unexpected_state', payment_intent: { id: intent.id } },
      })
    }
  })

  it('reaches every state but processing, which cards never enter', () => {
    const reached = new Set<string>(['requires_payment_method', ...Object.values(moves).flatMap(({ to }) => to)])
    expect(intentStates.filter((state) => !reached.has(state))).toEqual(['processing'])
  })

  it('ends in succeeded or canceled', () => {
    const left = new Set<string>(Object.values(moves).flatMap(({ from }) => from))
    expect(intentStates.filter((state) => !left.has(state))).toEqual(['succeeded', 'canceled'])
  })
})

describe('a confirmation', () => {
  it.each([
    ['visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['visa_chargeDeclinedVelocityLimitExceeded', 'card_declined', 'card_velocity_exceeded'],
    ['chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
    ['chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
    ['radarBlock', 'card_declined', 'fraudulent'],
    ['chargeCustomerFail', 'card_declined', 'generic_decline'],
  ] as const)('with pm_card_%s is declined with %s, %s', (name, code, decline_code) => {
    const change = value(confirmed(created('manual'), method(testCards[name])))
    expect(change.shown).toMatchObject({
      status: 'requires_payment_method',
      payment_method: null,
      amount_capturable: 0,
      last_payment_error: { type: 'card_error', code, decline_code },
    })
    expect(change.declined).toMatchObject({ status: 402, type: 'card_error', code, decline_code })
    expect(chargeIn(change)).toMatchObject({ status: 'failed', paid: false, failure_code: code })
    expect(types(change)).toEqual(['charge.failed', 'payment_intent.payment_failed'])
  })

  it('can be tried again with a better card after a decline', () => {
    const declined = value(confirmed(created('manual'), method(testCards.chargeDeclined))).shown
    const change = value(confirmed(declined, visa))
    expect(change.shown).toMatchObject({ status: 'requires_capture', last_payment_error: null })
  })

  it('without a method says so and changes nothing', () => {
    expect(confirmed(created('manual'), null)).toMatchObject({
      ok: false,
      error: { code: 'payment_intent_unexpected_state' },
    })
  })

  it.each([
    ['authenticationRequired', false, 'requires_action'],
    ['authenticationRequired', true, 'authentication_required'],
    ['threeDSecure2Required', false, 'requires_action'],
    ['authenticationRequiredSetupForOffSession', false, 'requires_action'],
    ['authenticationRequiredSetupForOffSession', true, 'requires_capture'],
    ['authenticationRequiredOnSetup', true, 'authentication_required'],
    ['threeDSecureOptional', false, 'requires_capture'],
  ] as const)('of pm_card_%s with off_session %s ends in %s', (name, offSession, end) => {
    const change = value(confirmed(created('manual'), method(testCards[name]), { offSession }))
    expect(change.declined?.code ?? change.shown.status).toBe(end)
  })

  it('of a card that needs its holder off session only until it is attached', () => {
    const attached = { ...method(testCards.authenticationRequiredOnSetup), customer: 'cus_1' }
    expect(value(confirmed(created('manual'), attached, { offSession: true })).shown.status).toBe('requires_capture')
    expect(value(confirmed(created('manual'), attached)).shown.status).toBe('requires_action')
  })

  it('fails instead of asking the holder when told so', () => {
    const card = method(testCards.authenticationRequired)
    const change = value(confirmed(created('manual'), card, { errorOnRequiresAction: true }))
    expect(change.declined).toMatchObject({ status: 402, code: 'authentication_required' })
  })

  it('sends the holder to a page with a return url, else leaves it to the SDK', () => {
    const card = method(testCards.authenticationRequired)
    const redirected = value(confirmed(created('manual'), card, { returnUrl: 'https://shop.test/back' })).shown
    expect(redirected.next_action).toEqual({
      type: 'redirect_to_url',
      redirect_to_url: { url: 'http://here/', return_url: 'https://shop.test/back' },
    })
    expect(value(confirmed(created('manual'), card)).shown.next_action?.type).toBe('use_stripe_sdk')
  })

  it('demands a return url when automatic methods might redirect', () => {
    const open = (allow_redirects: 'always' | 'never') => ({
      ...created('manual'),
      automatic_payment_methods: { enabled: true, allow_redirects },
    })
    expect(confirmed(open('always'), visa)).toMatchObject({ ok: false, error: { param: 'return_url' } })
    expect(confirmed(open('always'), visa, { returnUrl: 'https://shop.test/' }).ok).toBe(true)
    expect(confirmed(open('never'), visa).ok).toBe(true)
  })

  it('takes the money at once when capture is automatic', () => {
    const change = value(confirmed(created('automatic'), visa))
    expect(change.shown).toMatchObject({ status: 'succeeded', amount_received: 2_000, amount_capturable: 0 })
    expect(chargeIn(change)).toMatchObject({ captured: true, amount_captured: 2_000, amount_refunded: 0 })
    expect(types(change)).toEqual(['charge.succeeded', 'payment_intent.succeeded'])
  })
})

describe('the challenge', () => {
  const waiting = () => value(confirmed(created('manual'), method(testCards.authenticationRequired))).shown

  it('failed asks for another method', () => {
    const change = value(authenticateIntent(waiting(), visa, false, at))
    expect(change.shown).toMatchObject({
      status: 'requires_payment_method',
      next_action: null,
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    })
    expect(types(change)).toEqual(['payment_intent.payment_failed'])
  })

  it('passed reserves the money and says that the holder proved who they are', () => {
    const change = value(authenticateIntent(waiting(), method(testCards.authenticationRequired), true, at))
    expect(change.shown.status).toBe('requires_capture')
    expect(chargeIn(change).payment_method_details?.card?.three_d_secure?.result).toBe('authenticated')
  })

  it('passed does not help a card without funds', () => {
    const card = method(testCards.authenticationRequiredChargeDeclinedInsufficientFunds)
    const change = value(authenticateIntent(waiting(), card, true, at))
    expect(change.shown.last_payment_error?.decline_code).toBe('insufficient_funds')
  })
})

describe('a reservation', () => {
  const reserved = (offSession = false) => {
    const change = value(confirmed(created('manual'), visa, { offSession }))
    return { intent: change.shown, charge: chargeIn(change), change }
  }

  it('can be captured in part, once, and lets the rest go', () => {
    const { intent, charge } = reserved()
    const change = value(captureIntent(intent, charge, { amount: 700 }, at))
    expect(change.shown).toMatchObject({ status: 'succeeded', amount_received: 700, amount_capturable: 0 })
    expect(chargeIn(change)).toMatchObject({
      captured: true,
      amount_captured: 700,
      amount_refunded: 1_300,
      refunded: false,
    })
    expect(captureIntent(change.shown, chargeIn(change), { amount: 1 }, at)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('already been captured') },
    })
  })

  it('cannot give more than was reserved', () => {
    const { intent, charge } = reserved()
    expect(captureIntent(intent, charge, { amount: 2_001 }, at)).toMatchObject({
      ok: false,
      error: { code: 'amount_too_large' },
    })
  })

  it('can be captured until the second it expires, and not in that second', () => {
    const { intent, charge } = reserved()
    const week = 7 * 86_400
    expect(charge.payment_method_details?.card?.capture_before).toBe(at.now + week)
    expect(captureIntent(intent, charge, { amount: null }, later(week - 1)).ok).toBe(true)
    expect(captureIntent(intent, charge, { amount: null }, later(week))).toMatchObject({
      ok: false,
      error: { code: 'charge_expired_for_capture' },
    })
  })

  it('of a Visa off session expires after 4 days and 18 hours', () => {
    expect(reserved(true).charge.payment_method_details?.card?.capture_before).toBe(at.now + 410_400)
  })

  it('goes back whole when it is canceled', () => {
    const { intent, charge } = reserved()
    const change = value(cancelIntent(intent, charge, 'abandoned', at))
    expect(change.shown).toMatchObject({
      status: 'canceled',
      amount_capturable: 0,
      canceled_at: at.now,
      cancellation_reason: 'abandoned',
    })
    expect(chargeIn(change)).toMatchObject({ captured: false, refunded: true, amount_refunded: 2_000 })
    expect(types(change)).toEqual(['charge.refunded', 'payment_intent.canceled'])
  })

  it('goes back whole when it expires', () => {
    const { intent, charge } = reserved()
    const change = value(expireIntent(intent, charge, later(7 * 86_400)))
    expect(change.shown).toMatchObject({ status: 'canceled', cancellation_reason: 'automatic' })
    expect(types(change)).toEqual(['charge.expired', 'payment_intent.canceled'])
  })
})

describe('a revision', () => {
  it('of remarks is possible at any time', () => {
    const { intent } = intentIn('succeeded')
    const revised = value(
      reviseIntent({ ...intent, metadata: { a: '1', b: '2' } }, { metadata: { a: '', c: '3' } }, {}),
    ).shown
    expect(revised.metadata).toEqual({ b: '2', c: '3' })
    expect(revised.status).toBe('succeeded')
  })

  it('of the amount takes a pending challenge back', () => {
    const { intent } = intentIn('requires_action')
    expect(value(reviseIntent(intent, {}, { amount: 900 })).shown).toMatchObject({
      status: 'requires_confirmation',
      next_action: null,
      amount: 900,
    })
  })

  it.each([
    [49, 'amount_too_small'],
    [100_000_000, 'amount_too_large'],
  ])('to %i is refused with %s', (amount, code) => {
    expect(reviseIntent(created('manual'), {}, { amount })).toMatchObject({
      ok: false,
      error: { code, param: 'amount' },
    })
  })
})
