/**
 * What follows for a payment from Stripe's answer. Every answer comes here, from the customer's request, a webhook or
 * the completer, in any order and any number of times: a stale or repeated answer changes nothing.
 */
import { type Decline, liveStates, type Payment } from './payment.ts'

const intentStatuses = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
  'processing',
  'requires_capture',
  'succeeded',
  'canceled',
] as const
export type IntentStatus = (typeof intentStatuses)[number]

/** An unknown status decides nothing, like `processing`. */
export const intentStatus = (status: string): IntentStatus =>
  intentStatuses.find((known) => known === status) ?? 'processing'

/** What the customer's client needs for the bank's challenge (3-D Secure). Never stored, never logged. */
export interface Challenge {
  readonly clientSecret: string
  readonly redirectUrl: string | null
}

/** The part of Stripe's PaymentIntent that decides anything. */
export interface PaymentIntent {
  readonly id: string
  readonly status: IntentStatus
  /** The captured amount, in minor units. */
  readonly receivedMinor: number
  /** decline_code or code of the last failed attempt. */
  readonly failure: string | null
  readonly challenge: Challenge | null
}

export type StripeAnswer =
  | { readonly kind: 'INTENT'; readonly intent: PaymentIntent }
  /** Stripe refused to create the intent; `code` says why. */
  | { readonly kind: 'REFUSED'; readonly code: string }
  /** Stripe failed to create the intent, and a search finds none. */
  | { readonly kind: 'ABSENT' }
  /** No answer, or an answer that says nothing about the intent. */
  | { readonly kind: 'UNKNOWN' }

/** The calls to Stripe about a payment. */
export type StripeCall = 'create' | 'find' | 'retrieve' | 'capture' | 'cancel'

const hour = 3_600_000
const keyValidMs = 23 * hour // Stripe may forget an idempotency key after 24 hours.
const searchableMs = 2 * 60_000 // Stripe's search sees a new object within a minute.

/** The cheapest call that brings the payment further. */
export function callFor(payment: Payment, now: Date): StripeCall {
  if (payment.intentId === null) {
    const repeatable = payment.state === 'AUTHORIZING' && now.getTime() - payment.createdAt.getTime() < keyValidMs
    return repeatable ? 'create' : 'find'
  }
  if (payment.pendingAction?.kind === 'CAPTURE' && payment.state === 'AUTHORIZED') return 'capture'
  return payment.pendingAction?.kind === 'VOID' ? 'cancel' : 'retrieve'
}

export type Step =
  /** Moves of the payment. */
  | { readonly kind: 'require_action' | 'authorize' | 'void' }
  /** `payable`: the intent could still be paid, so it has to be cancelled. */
  | { readonly kind: 'fail'; readonly decline: Decline; readonly payable: boolean }
  | { readonly kind: 'capture'; readonly capturedMinor: number }
  /** Make this call to Stripe and bring its answer here. */
  | { readonly kind: 'call'; readonly call: 'capture' | 'cancel' }
  /** Ask again later. `review`: the claim has ended and it is not known whether the money was authorised. */
  | { readonly kind: 'wait'; readonly review: boolean }
  | { readonly kind: 'finish' }
  /** Money was captured that should not have been. Only a person can decide what to do. */
  | { readonly kind: 'alarm' }

export function nextStep(payment: Payment, answer: StripeAnswer, now: Date): Step {
  const unsettled = payment.state === 'AUTHORIZING' || payment.state === 'REQUIRES_ACTION'
  const unknown = { kind: 'wait', review: unsettled && now >= payment.decideBy } as const
  switch (answer.kind) {
    case 'UNKNOWN':
      return unknown
    case 'REFUSED':
      return payment.intentId === null && unsettled ? failed(answer.code, { methodUnusable: true }) : unknown
    case 'ABSENT':
      return payment.intentId === null && unsettled && now.getTime() - payment.createdAt.getTime() > searchableMs
        ? failed('processing_error')
        : unknown
    case 'INTENT':
      if (unsettled) return whileUnsettled(payment, answer.intent, unknown, now)
      if (payment.state === 'AUTHORIZED') return whileAuthorized(payment, answer.intent)
      return afterEnd(payment, answer.intent)
  }
}

function whileUnsettled(payment: Payment, intent: PaymentIntent, unknown: Step, now: Date): Step {
  const toCancel = payment.pendingAction?.kind === 'VOID' || now >= payment.decideBy
  switch (intent.status) {
    case 'requires_capture':
    case 'succeeded':
      return { kind: 'authorize' }
    case 'requires_payment_method':
      return failed(intent.failure ?? 'card_declined', { payable: true })
    case 'canceled':
      return payment.state === 'REQUIRES_ACTION' && payment.pendingAction?.kind === 'VOID'
        ? { kind: 'void' }
        : failed(intent.failure ?? 'payment_intent_payment_attempt_expired')
    case 'requires_action':
      if (toCancel) return { kind: 'call', call: 'cancel' }
      return payment.state === 'AUTHORIZING' ? { kind: 'require_action' } : unknown
    case 'requires_confirmation':
      return toCancel ? { kind: 'call', call: 'cancel' } : unknown
    case 'processing':
      return unknown
  }
}

function whileAuthorized({ pendingAction }: Payment, intent: PaymentIntent): Step {
  switch (intent.status) {
    case 'requires_capture':
      if (pendingAction === null) return { kind: 'finish' }
      return { kind: 'call', call: pendingAction.kind === 'CAPTURE' ? 'capture' : 'cancel' }
    case 'succeeded':
      // Captured elsewhere while the booking goes on: the fare decides once it is known.
      if (pendingAction === null) return { kind: 'finish' }
      return pendingAction.kind === 'CAPTURE'
        ? { kind: 'capture', capturedMinor: intent.receivedMinor }
        : { kind: 'alarm' }
    case 'canceled':
      // Cancelled by payment, or released by the bank after some days.
      return { kind: 'void' }
    default:
      // This answer is older than the authorisation.
      return pendingAction === null ? { kind: 'finish' } : { kind: 'wait', review: false }
  }
}

function afterEnd({ state }: Payment, intent: PaymentIntent): Step {
  if (state === 'CAPTURED' || intent.status === 'canceled') return { kind: 'finish' }
  if (intent.status === 'succeeded') return { kind: 'alarm' }
  if (intent.status === 'processing') return { kind: 'wait', review: false }
  // The customer's client could still pay this intent.
  return { kind: 'call', call: 'cancel' }
}

const failed = (code: string, { methodUnusable = false, payable = false } = {}): Step => ({
  kind: 'fail',
  decline: { code, methodUnusable },
  payable,
})

/** Whether a webhook event of this type could change a payment in this state. If not, Stripe is not asked. */
export function couldChange(eventType: string, state: Payment['state']): boolean {
  const isLive = liveStates.some((each) => each === state)
  switch (eventType) {
    case 'payment_intent.requires_action':
      return state === 'AUTHORIZING'
    case 'payment_intent.payment_failed':
      return state === 'AUTHORIZING' || state === 'REQUIRES_ACTION'
    case 'payment_intent.amount_capturable_updated':
      return state !== 'AUTHORIZED' && state !== 'CAPTURED'
    case 'payment_intent.succeeded':
      return state !== 'CAPTURED'
    case 'payment_intent.canceled':
      return isLive
    default:
      return false
  }
}
