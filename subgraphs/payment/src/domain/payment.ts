import type { FareLine, Money } from '@holdfast/contracts'
import type { Move } from '@holdfast/service/domain'

export const states = ['AUTHORIZING', 'REQUIRES_ACTION', 'AUTHORIZED', 'CAPTURED', 'VOIDED', 'FAILED'] as const
export type PaymentState = (typeof states)[number]

/** Every legal move of a payment. `payment.legal_move` has the same rows, and Postgres refuses every other move. */
export const moves = [
  { name: 'require_action', from: 'AUTHORIZING', to: 'REQUIRES_ACTION' },
  { name: 'authorize', from: 'AUTHORIZING', to: 'AUTHORIZED' },
  { name: 'authorize', from: 'REQUIRES_ACTION', to: 'AUTHORIZED' },
  { name: 'fail', from: 'AUTHORIZING', to: 'FAILED' },
  { name: 'fail', from: 'REQUIRES_ACTION', to: 'FAILED' },
  { name: 'capture', from: 'AUTHORIZED', to: 'CAPTURED' },
  { name: 'void', from: 'AUTHORIZED', to: 'VOIDED' },
  { name: 'void', from: 'REQUIRES_ACTION', to: 'VOIDED' },
] as const satisfies readonly Move<PaymentState>[]

/** States in which an authorisation exists or may come to exist. */
export const liveStates = ['AUTHORIZING', 'REQUIRES_ACTION', 'AUTHORIZED'] as const satisfies readonly PaymentState[]

/** What is still to be done with the intent of a payment. */
export type PendingAction =
  | { readonly kind: 'VOID' }
  | {
      readonly kind: 'CAPTURE'
      /** The amount to capture: the fare, as far as the authorisation covers it. */
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
  /** How many more attempts the customer has after this one; 0 when the booking is lost. */
  readonly attemptsLeft: number
  readonly holdExpiresAt: Date
  /** The end of the claim: without an authorisation by then, the booking is not paid. */
  readonly decideBy: Date
  readonly pendingAction: PendingAction | null
  /** When the completer checks it again; null when nothing is left to do. */
  readonly nextTryAt: Date | null
  /** Checks without a change since the last change. */
  readonly tries: number
  readonly createdAt: Date
  /** When it was authorised or ended; before that, when it was created. */
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

/**
 * What a completed booking means for its authorisation: capture the fare up to the authorised amount, or void when there
 * is nothing to pay (Stripe captures no zero amount, and there is no receipt for nothing). Throws when currencies differ.
 */
export function actionAfterBooking(fare: Money, lines: readonly FareLine[], authorised: Money): PendingAction {
  if (fare.currency !== authorised.currency) {
    throw new Error(`a fare in ${fare.currency} cannot be captured from an authorisation in ${authorised.currency}`)
  }
  const amountMinor = Math.min(fare.amountMinor, authorised.amountMinor)
  return amountMinor > 0 ? { kind: 'CAPTURE', amountMinor, fareMinor: fare.amountMinor, lines } : { kind: 'VOID' }
}

/** Why a booking cannot be paid. */
export type AuthorizeRefusal =
  | { readonly kind: 'BookingNotFound' }
  | { readonly kind: 'BookingNotPayable'; readonly state: string }
  | { readonly kind: 'HoldExpired'; readonly expiredAt: Date }
  | { readonly kind: 'RequestIdReused' }
