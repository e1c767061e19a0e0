/**
 * What follows for a payment from what Stripe says. Whoever asked Stripe (the customer's own request, a webhook, the
 * completer) takes the answer here, in any order and as often as it comes: a stale or repeated one changes nothing.
 */
import { type Decline, live, type Payment } from './payment.ts'

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

/** A status that we do not know decides nothing, as one that is still being worked on. */
export const intentStatus = (status: string): IntentStatus =>
  intentStatuses.find((known) => known === status) ?? 'processing'

/** What the customer's client needs to let the bank ask its customer. Never stored, never logged. */
export interface Challenge {
  readonly clientSecret: string
  readonly redirectUrl: string | null
}

/** Of Stripe's PaymentIntent, what decides anything. */
export interface Intent {
  readonly id: string
  readonly status: IntentStatus
  /** What was taken, in minor units. */
  readonly receivedMinor: number
  /** decline_code or code of the last refused try. */
  readonly failure: string | null
  readonly challenge: Challenge | null
}

export type Answer =
  | { readonly kind: 'INTENT'; readonly intent: Intent }
  /** Stripe would not make an intent of this payment; `code` says why. */
  | { readonly kind: 'REFUSED'; readonly code: string }
  /** Stripe could not make the intent and, searched, has none. */
  | { readonly kind: 'ABSENT' }
  /** No answer, or one that says nothing about the intent. */
  | { readonly kind: 'UNKNOWN' }

/** What Stripe can be asked about a payment. */
export type Call = 'create' | 'find' | 'retrieve' | 'capture' | 'cancel'

const hour = 3_600_000
const keyLivesMs = 23 * hour // Stripe may forget an idempotency key after 24 hours.
const searchableMs = 2 * 60_000 // Stripe's search sees a new object within a minute.

/** The cheapest thing to ask that brings the payment further. */
export function callFor(payment: Payment, now: Date): Call {
  if (payment.intentId === null) {
    const repeatable = payment.state === 'AUTHORIZING' && now.getTime() - payment.createdAt.getTime() < keyLivesMs
    return repeatable ? 'create' : 'find'
  }
  if (payment.wanted?.kind === 'CAPTURE' && payment.state === 'AUTHORIZED') return 'capture'
  return payment.wanted?.kind === 'VOID' ? 'cancel' : 'retrieve'
}

export type Step =
  /** Moves of the payment. */
  | { readonly kind: 'ask' | 'authorize' | 'void' }
  | { readonly kind: 'fail'; readonly decline: Decline /** The intent could still be paid. */; readonly open: boolean }
  | { readonly kind: 'capture'; readonly capturedMinor: number }
  /** Stripe is to be asked for this, and its answer brought here. */
  | { readonly kind: 'call'; readonly call: 'capture' | 'cancel' }
  /** Ask again later; `review`: the claim's time is over and nobody knows whether there is money. */
  | { readonly kind: 'wait'; readonly review: boolean }
  | { readonly kind: 'finish' }
  /** Money was taken that should not have been. Only a person can decide about that. */
  | { readonly kind: 'alarm' }

export function next(payment: Payment, answer: Answer, now: Date): Step {
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
      return whenOver(payment, answer.intent)
  }
}

function whileUnsettled(payment: Payment, intent: Intent, unknown: Step, now: Date): Step {
  const unwanted = payment.wanted?.kind === 'VOID' || now >= payment.decideBy
  switch (intent.status) {
    case 'requires_capture':
    case 'succeeded':
      return { kind: 'authorize' }
    case 'requires_payment_method':
      return failed(intent.failure ?? 'card_declined', { open: true })
    case 'canceled':
      return payment.state === 'REQUIRES_ACTION' && payment.wanted?.kind === 'VOID'
        ? { kind: 'void' }
        : failed(intent.failure ?? 'payment_intent_payment_attempt_expired')
    case 'requires_action':
      if (unwanted) return { kind: 'call', call: 'cancel' }
      return payment.state === 'AUTHORIZING' ? { kind: 'ask' } : unknown
    case 'requires_confirmation':
      return unwanted ? { kind: 'call', call: 'cancel' } : unknown
    case 'processing':
      return unknown
  }
}

function whileAuthorized({ wanted }: Payment, intent: Intent): Step {
  switch (intent.status) {
    case 'requires_capture':
      if (wanted === null) return { kind: 'finish' }
      return { kind: 'call', call: wanted.kind === 'CAPTURE' ? 'capture' : 'cancel' }
    case 'succeeded':
      // Taken by other hands while the booking goes on: its fare decides once it is known.
      if (wanted === null) return { kind: 'finish' }
      return wanted.kind === 'CAPTURE' ? { kind: 'capture', capturedMinor: intent.receivedMinor } : { kind: 'alarm' }
    case 'canceled':
      // Asked for, or the bank let it go after its days.
      return { kind: 'void' }
    default:
      // Read before it was authorised.
      return wanted === null ? { kind: 'finish' } : { kind: 'wait', review: false }
  }
}

function whenOver({ state }: Payment, intent: Intent): Step {
  if (state === 'CAPTURED' || intent.status === 'canceled') return { kind: 'finish' }
  if (intent.status === 'succeeded') return { kind: 'alarm' }
  if (intent.status === 'processing') return { kind: 'wait', review: false }
  // The customer's client can still confirm an open intent. It must not come alive behind our back.
  return { kind: 'call', call: 'cancel' }
}

const failed = (code: string, { methodUnusable = false, open = false } = {}): Step => ({
  kind: 'fail',
  decline: { code, methodUnusable },
  open,
})

/** What an event of Stripe about a payment in this state could change; an event that could not is not worth a call. */
export function isNews(eventType: string, state: Payment['state']): boolean {
  const isLive = live.some((each) => each === state)
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
