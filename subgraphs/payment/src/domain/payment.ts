import type { EventType, FareLine, Money } from '@holdfast/contracts'

export const states = ['AUTHORIZING', 'REQUIRES_ACTION', 'AUTHORIZED', 'CAPTURED', 'VOIDED', 'FAILED'] as const
export type PaymentState = (typeof states)[number]

interface Move {
  readonly from: readonly PaymentState[]
  readonly to: PaymentState
}

/** Every legal move of a payment. What is not here cannot happen: Postgres refuses it too (`payment.legal_move`). */
export const moves = {
  ask: { from: ['AUTHORIZING'], to: 'REQUIRES_ACTION' },
  authorize: { from: ['AUTHORIZING', 'REQUIRES_ACTION'], to: 'AUTHORIZED' },
  fail: { from: ['AUTHORIZING', 'REQUIRES_ACTION'], to: 'FAILED' },
  capture: { from: ['AUTHORIZED'], to: 'CAPTURED' },
  void: { from: ['AUTHORIZED', 'REQUIRES_ACTION'], to: 'VOIDED' },
} as const satisfies Record<string, Move>

/** States in which an authorisation exists or may come to exist. */
export const live = ['AUTHORIZING', 'REQUIRES_ACTION', 'AUTHORIZED'] as const satisfies readonly PaymentState[]

/** What is still to be done about a payment's intent. */
export type Wanted =
  | { readonly kind: 'VOID' }
  | {
      readonly kind: 'CAPTURE'
      /** What to take: the fare, as far as the authorisation covers it. */
      readonly amountMinor: number
      readonly fareMinor: number
      readonly lines: readonly FareLine[]
    }

export interface Decline {
  /** Stripe's decline_code, or else its error code. */
  readonly code: string
  /** The payment method is unknown or cannot be used; no bank was asked. */
  readonly methodUnusable: boolean
}

interface Attempt {
  readonly id: string
  readonly bookingId: string
  readonly customerId: string
  readonly attempt: number
  readonly paymentMethodId: string
  readonly amount: Money
  /** Stripe's id; null until Stripe has answered. */
  readonly intentId: string | null
  /** How often the customer may try again after this attempt; 0 as soon as the booking is lost. */
  readonly attemptsLeft: number
  readonly holdExpiresAt: Date
  /** Who has not agreed by then has not paid. */
  readonly decideBy: Date
  readonly wanted: Wanted | null
  /** When it is looked at again; null when nothing is left to do. */
  readonly nextTryAt: Date | null
  /** Looks that changed nothing, since the last one that did. */
  readonly tries: number
  readonly createdAt: Date
  /** When it was authorised or came to its end; before that, when it was begun. */
  readonly changedAt: Date
  readonly traceparent: string | null
}

/** One attempt to get a booking paid: one Stripe PaymentIntent. */
export type Payment = Attempt &
  (
    | { readonly state: 'AUTHORIZING' | 'REQUIRES_ACTION' | 'AUTHORIZED' | 'VOIDED' }
    | { readonly state: 'FAILED'; readonly decline: Decline }
    | { readonly state: 'CAPTURED'; readonly capturedMinor: number }
  )

/** Events of booking that mean something for its money. */
export const eventsOfConcern = [
  'BookingCompleted',
  'HoldExpired',
  'BookingExpired',
  'BookingCancelled',
] as const satisfies readonly EventType[]

/**
 * What a finished booking asks of the authorisation: its fare up to what was frozen, or, when there is nothing to pay,
 * the release (Stripe captures no zero, and what costs nothing gets no receipt). Throws when the currencies differ.
 */
export function wantedFor(fare: Money, lines: readonly FareLine[], authorised: Money): Wanted {
  if (fare.currency !== authorised.currency) {
    throw new Error(`a fare in ${fare.currency} cannot be taken from an authorisation in ${authorised.currency}`)
  }
  const amountMinor = Math.min(fare.amountMinor, authorised.amountMinor)
  return amountMinor > 0 ? { kind: 'CAPTURE', amountMinor, fareMinor: fare.amountMinor, lines } : { kind: 'VOID' }
}
