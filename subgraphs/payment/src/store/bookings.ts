/** The functions that booking publishes for payment. They run in payment's transaction: both rows change, or neither. */
import type { Transaction } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'
import type { Payment } from '../domain/payment.ts'

/** What a claimed booking costs, and how long its customer has to pay. */
export interface Claimed {
  readonly amountMinor: number
  readonly currency: string
  readonly attemptsLeft: number
  readonly holdExpiresAt: Date
  /** When the claim ends. */
  readonly decideBy: Date
}

export type Claim =
  | { readonly outcome: 'NOT_FOUND' }
  | { readonly outcome: 'NOT_PAYABLE'; readonly state: string }
  | { readonly outcome: 'HOLD_EXPIRED'; readonly holdExpiresAt: Date }
  | ({ readonly outcome: 'CLAIMED' } & Claimed)

/** Claims a live hold before Stripe is asked, so that it does not expire meanwhile. */
export async function claimForPayment(tx: Transaction, bookingId: string, customerId: string, paymentId: string) {
  const { rows } = await tx.query<Claim>({
    name: 'claim for payment',
    text: `
      select outcome, state, amount_minor as "amountMinor", currency, attempts_left as "attemptsLeft",
        hold_expires_at as "holdExpiresAt", expires_at as "decideBy"
      from booking.claim_for_payment($1, $2, $3, $4)`,
    values: [bookingId, customerId, paymentId, traceparent()],
  })
  if (!rows[0]) throw new Error('booking.claim_for_payment gave no answer')
  return rows[0]
}

/** False: the claim is lost, so the authorisation must be voided. */
export async function confirmPaid(tx: Transaction, { bookingId, id }: Payment): Promise<boolean> {
  const { rows } = await tx.query({
    name: 'confirm paid',
    text: 'select booking.confirm_paid($1, $2, $3) as confirmed',
    values: [bookingId, id, traceparent()],
  })
  return rows[0].confirmed
}

/** True: the hold goes on and can be paid again. */
export async function declinePayment(tx: Transaction, { bookingId, id }: Payment): Promise<boolean> {
  const { rows } = await tx.query({
    name: 'decline payment',
    text: 'select booking.decline_payment($1, $2, $3) as state',
    values: [bookingId, id, traceparent()],
  })
  return rows[0].state === 'HELD'
}

/** The claim has ended and Stripe's answer is unknown: the booking goes to review, its bookables stay held. */
export async function reviewPayment(tx: Transaction, { bookingId, id }: Payment): Promise<boolean> {
  const { rows } = await tx.query({
    name: 'review payment',
    text: 'select booking.review_payment($1, $2, $3) as moved',
    values: [bookingId, id, traceparent()],
  })
  return rows[0].moved
}
