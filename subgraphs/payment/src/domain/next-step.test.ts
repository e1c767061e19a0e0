import { describe, expect, it } from '@jest/globals'
import {
  callFor,
  couldChange,
  type IntentStatus,
  intentStatus,
  nextStep,
  type PaymentIntent,
  type StripeAnswer,
} from './next-step.ts'
import type { Payment, PendingAction } from './payment.ts'

const now = new Date('2026-11-21T08:00:00Z')
const minutes = (n: number) => new Date(now.getTime() + n * 60_000)
const toVoid: PendingAction = { kind: 'VOID' }
const toCapture: PendingAction = { kind: 'CAPTURE', amountMinor: 575, fareMinor: 575, lines: [] }

const attempt: Omit<Payment, 'state'> = {
  id: 'p',
  bookingId: 'b',
  customerId: 'r',
  attempt: 1,
  paymentMethodId: 'm',
  amount: { amountMinor: 2_000, currency: 'EUR' },
  intentId: 'pi',
  attemptsLeft: 4,
  holdExpiresAt: minutes(4),
  decideBy: minutes(4),
  pendingAction: null,
  nextTryAt: now,
  tries: 0,
  createdAt: minutes(-1),
  changedAt: minutes(-1),
  traceparent: null,
}

function payment(state: Payment['state'], changes: Partial<Payment> = {}): Payment {
  const common = { ...attempt, ...changes }
  switch (state) {
    case 'FAILED':
      return { ...common, state, decline: { code: 'card_declined', methodUnusable: false } }
    case 'CAPTURED':
      return { ...common, state, capturedMinor: 575 }
    default:
      return { ...common, state }
  }
}

const says = (status: IntentStatus, changes: Partial<PaymentIntent> = {}): StripeAnswer => ({
  kind: 'INTENT',
  intent: {
    id: 'pi',
    status,
    receivedMinor: status === 'succeeded' ? 575 : 0,
    failure: null,
    challenge: null,
    ...changes,
  },
})

const wait = { kind: 'wait', review: false }
const finish = { kind: 'finish' }
const cancel = { kind: 'call', call: 'cancel' }
const fail = (code: string, { methodUnusable = false, payable = false } = {}) => ({
  kind: 'fail',
  decline: { code, methodUnusable },
  payable,
})

describe('what follows from an intent', () => {
  const everyStatus = [
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
    'processing',
    'requires_capture',
    'succeeded',
    'canceled',
  ] as const
  const declined = fail('card_declined', { payable: true })
  const expired = fail('payment_intent_payment_attempt_expired')
  const capture = { kind: 'call', call: 'capture' }

  // One row per payment, one column per status in the order above.
  it.each([
    [
      'AUTHORIZING',
      null,
      [declined, wait, { kind: 'require_action' }, wait, { kind: 'authorize' }, { kind: 'authorize' }, expired],
    ],
    ['AUTHORIZING', toVoid, [declined, cancel, cancel, wait, { kind: 'authorize' }, { kind: 'authorize' }, expired]],
    ['REQUIRES_ACTION', null, [declined, wait, wait, wait, { kind: 'authorize' }, { kind: 'authorize' }, expired]],
    [
      'REQUIRES_ACTION',
      toVoid,
      [declined, cancel, cancel, wait, { kind: 'authorize' }, { kind: 'authorize' }, { kind: 'void' }],
    ],
    ['AUTHORIZED', null, [finish, finish, finish, finish, finish, finish, { kind: 'void' }]],
    ['AUTHORIZED', toVoid, [wait, wait, wait, wait, cancel, { kind: 'alarm' }, { kind: 'void' }]],
    [
      'AUTHORIZED',
      toCapture,
      [wait, wait, wait, wait, capture, { kind: 'capture', capturedMinor: 575 }, { kind: 'void' }],
    ],
    ['CAPTURED', null, [finish, finish, finish, finish, finish, finish, finish]],
    ['VOIDED', null, [cancel, cancel, cancel, wait, cancel, { kind: 'alarm' }, finish]],
    ['FAILED', null, [cancel, cancel, cancel, wait, cancel, { kind: 'alarm' }, finish]],
    ['FAILED', toVoid, [cancel, cancel, cancel, wait, cancel, { kind: 'alarm' }, finish]],
  ] as const)('of a payment in %s that wants %p', (state, pendingAction, steps) => {
    expect(everyStatus.map((status) => nextStep(payment(state, { pendingAction }), says(status), now))).toEqual(steps)
  })

  it('is the reason that the bank gave', () => {
    const refused = says('requires_payment_method', { failure: 'insufficient_funds' })
    expect(nextStep(payment('AUTHORIZING'), refused, now)).toEqual(fail('insufficient_funds', { payable: true }))
  })

  it('is the end of waiting once the time to agree is over', () => {
    const late = { decideBy: now }
    for (const state of ['AUTHORIZING', 'REQUIRES_ACTION'] as const) {
      expect(nextStep(payment(state, late), says('requires_action'), now)).toEqual(cancel)
      expect(nextStep(payment(state, late), says('processing'), now)).toEqual({ kind: 'wait', review: true })
      expect(nextStep(payment(state, late), says('requires_capture'), now)).toEqual({ kind: 'authorize' })
    }
  })

  it('decides nothing when Stripe has a status that we do not know', () => {
    expect(nextStep(payment('AUTHORIZING'), says(intentStatus('requires_a_new_thing')), now)).toEqual(wait)
  })
})

describe('what follows without an intent', () => {
  const fresh = { intentId: null }

  it('is a refusal when Stripe would not make one', () => {
    const answer = { kind: 'REFUSED', code: 'resource_missing' } as const
    expect(nextStep(payment('AUTHORIZING', fresh), answer, now)).toEqual(
      fail('resource_missing', { methodUnusable: true }),
    )
    expect(nextStep(payment('AUTHORIZED'), answer, now)).toEqual(wait)
  })

  it('is patience until a search would see a new one, then a refusal', () => {
    const age = (createdAt: Date) => nextStep(payment('AUTHORIZING', { ...fresh, createdAt }), { kind: 'ABSENT' }, now)
    expect(age(minutes(-2))).toEqual(wait)
    expect(age(minutes(-2.01))).toEqual(fail('processing_error'))
    expect(nextStep(payment('FAILED', fresh), { kind: 'ABSENT' }, now)).toEqual(wait)
  })

  it('is patience when nobody knows, and a review once the claim is over', () => {
    const unknown = { kind: 'UNKNOWN' } as const
    expect(nextStep(payment('AUTHORIZING', fresh), unknown, now)).toEqual(wait)
    expect(nextStep(payment('AUTHORIZING', { decideBy: now }), unknown, now)).toEqual({ kind: 'wait', review: true })
    expect(nextStep(payment('AUTHORIZED', { decideBy: now, pendingAction: toCapture }), unknown, now)).toEqual(wait)
  })
})

describe('what Stripe is asked', () => {
  it.each([
    ['create', payment('AUTHORIZING', { intentId: null })],
    ['find', payment('AUTHORIZING', { intentId: null, createdAt: minutes(-23 * 60) })],
    ['find', payment('FAILED', { intentId: null })],
    ['retrieve', payment('AUTHORIZING')],
    ['retrieve', payment('REQUIRES_ACTION')],
    ['cancel', payment('REQUIRES_ACTION', { pendingAction: toVoid })],
    ['retrieve', payment('AUTHORIZED')],
    ['capture', payment('AUTHORIZED', { pendingAction: toCapture })],
    ['cancel', payment('AUTHORIZED', { pendingAction: toVoid })],
    ['cancel', payment('FAILED', { pendingAction: toVoid })],
    // The fare of a booking whose authorisation is not known yet.
    ['retrieve', payment('AUTHORIZING', { pendingAction: toCapture })],
  ])('is to %s %o', (call, of) => {
    expect(callFor(of, now)).toBe(call)
  })
})

describe('an event', () => {
  it.each([
    ['payment_intent.created', []],
    ['payment_intent.requires_action', ['AUTHORIZING']],
    ['payment_intent.payment_failed', ['AUTHORIZING', 'REQUIRES_ACTION']],
    ['payment_intent.amount_capturable_updated', ['AUTHORIZING', 'REQUIRES_ACTION', 'VOIDED', 'FAILED']],
    ['payment_intent.succeeded', ['AUTHORIZING', 'REQUIRES_ACTION', 'AUTHORIZED', 'VOIDED', 'FAILED']],
    ['payment_intent.canceled', ['AUTHORIZING', 'REQUIRES_ACTION', 'AUTHORIZED']],
  ])('%s could change payments in %p', (type, news) => {
    const all = ['AUTHORIZING', 'REQUIRES_ACTION', 'AUTHORIZED', 'CAPTURED', 'VOIDED', 'FAILED'] as const
    expect(all.filter((state) => couldChange(type, state))).toEqual(news)
  })
})
