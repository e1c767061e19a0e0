import { describe, expect, it } from '@jest/globals'
import type { IntentStatus } from './next-step.ts'
import type { Payment } from './payment.ts'
import { type ListedIntent, reconcile } from './reconciliation.ts'

const now = new Date('2026-11-21T08:00:00Z')
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000)

const intent = (status: IntentStatus, changes: Partial<ListedIntent> = {}): ListedIntent => ({
  id: 'pi',
  status,
  amountMinor: 2_000,
  receivedMinor: status === 'succeeded' ? 575 : 0,
  createdAt: ago(16),
  paymentId: 'p',
  ...changes,
})

const attempt = {
  id: 'p',
  bookingId: 'b',
  customerId: 'r',
  attempt: 1,
  paymentMethodId: 'm',
  amount: { amountMinor: 2_000, currency: 'EUR' },
  intentId: 'pi',
  attemptsLeft: 4,
  holdExpiresAt: now,
  decideBy: now,
  pendingAction: null,
  nextTryAt: null,
  tries: 0,
  createdAt: ago(20),
  changedAt: ago(17),
  traceparent: null,
}
const asking: Payment = { ...attempt, state: 'AUTHORIZING', intentId: null }
const authorised: Payment = { ...attempt, state: 'AUTHORIZED' }
const ending: Payment = {
  ...attempt,
  state: 'AUTHORIZED',
  pendingAction: { kind: 'CAPTURE', amountMinor: 575, fareMinor: 575, lines: [] },
}
const captured: Payment = { ...attempt, state: 'CAPTURED', capturedMinor: 575 }
const voided: Payment = { ...attempt, state: 'VOIDED' }
const failed: Payment = { ...attempt, state: 'FAILED', decline: { code: 'x', methodUnusable: false } }

const kinds = (intents: ListedIntent[], payments: Payment[]) =>
  reconcile(intents, payments, now).map(({ kind }) => kind)

describe('the comparison with Stripe', () => {
  it.each([
    ['authorised', intent('requires_capture'), authorised],
    ['captured', intent('succeeded'), captured],
    ['voided', intent('canceled'), voided],
    ['declined', intent('requires_payment_method'), failed],
    ['being captured', intent('succeeded'), ending],
    ['being authorised', intent('requires_capture'), asking],
    ['waiting for its customer', intent('requires_action'), { ...authorised, state: 'REQUIRES_ACTION' as const }],
  ])('finds nothing about a payment that is %s', (_, theirs, ours) => {
    expect(reconcile([theirs], [ours], now)).toEqual([])
  })

  it.each([
    ['CHARGED_NOT_BOOKED', intent('succeeded'), voided],
    ['CHARGED_NOT_BOOKED', intent('succeeded'), failed],
    ['CHARGED_NOT_BOOKED', intent('succeeded'), authorised],
    ['BOOKED_NOT_CHARGED', intent('requires_capture'), captured],
    ['BOOKED_NOT_CHARGED', intent('canceled'), captured],
    ['BOOKED_NOT_CHARGED', intent('canceled'), authorised],
    ['AMOUNT_DIFFERS', intent('succeeded', { receivedMinor: 574 }), captured],
    ['AMOUNT_DIFFERS', intent('requires_capture', { amountMinor: 200 }), authorised],
    ['ORPHAN_AUTHORISATION', intent('requires_capture'), voided],
    ['ORPHAN_AUTHORISATION', intent('requires_capture'), failed],
  ])('finds %s', (kind, theirs, ours) => {
    expect(reconcile([theirs], [ours], now)).toEqual([{ kind, intentId: 'pi', paymentId: 'p', state: ours.state }])
  })

  it('finds what only one of both has', () => {
    expect(reconcile([intent('succeeded')], [], now)).toEqual([
      { kind: 'CHARGED_NOT_BOOKED', intentId: 'pi', paymentId: 'p', state: null },
    ])
    expect(kinds([intent('requires_capture')], [])).toEqual(['ORPHAN_AUTHORISATION'])
    expect(kinds([], [captured])).toEqual(['BOOKED_NOT_CHARGED'])
    expect(kinds([], [authorised])).toEqual(['BOOKED_NOT_CHARGED'])
    expect(kinds([], [asking, failed, voided])).toEqual([])
  })

  it('leaves what has changed since Stripe began to list to the next time', () => {
    const justNow = { changedAt: now }
    expect(kinds([], [{ ...authorised, ...justNow }])).toEqual([])
    expect(kinds([intent('requires_action')], [{ ...authorised, ...justNow }])).toEqual([])
    expect(kinds([intent('requires_capture')], [{ ...captured, ...justNow }])).toEqual([])
  })

  it('finds a second authorisation of one payment', () => {
    const second = intent('requires_capture', { id: 'pi_2' })
    expect(reconcile([intent('requires_capture'), second], [authorised], now)).toEqual([
      { kind: 'ORPHAN_AUTHORISATION', intentId: 'pi_2', paymentId: 'p', state: null },
    ])
  })

  it('gives an authorisation a quarter of an hour before it calls it an orphan', () => {
    expect(kinds([intent('requires_capture', { createdAt: ago(15) })], [failed])).toEqual([])
  })

  it("passes over other systems' intents", () => {
    expect(kinds([intent('succeeded', { paymentId: null })], [])).toEqual([])
  })
})
