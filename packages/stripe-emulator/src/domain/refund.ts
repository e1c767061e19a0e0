import type Stripe from 'stripe'
import { balanceTransaction } from './balance-transaction.ts'
import { type Metadata, mergeMetadata } from './metadata.ts'
import { type Change, type ClockAndIds, idOf, nulls, type ScheduledMove } from './objects.ts'
import { accept, type Outcome, type Refused, refuseInvalid } from './outcome.ts'
import { cardFingerprinted } from './test-cards.ts'

/** Seconds until the refund of a card that settles or fails later does so by itself. */
const refundTakes = 3_600

export interface NewRefund {
  /** Null refunds what is left. */
  readonly amount: number | null
  readonly reason: Stripe.RefundCreateParams.Reason | null
  readonly metadata: Metadata
}

type RefundOutcome = Outcome<Change<Stripe.Refund>>

/** Gives captured money back, once or in parts, never more than was captured. */
export function refundCharge(charge: Stripe.Charge, requested: NewRefund, at: ClockAndIds): RefundOutcome {
  // What a partial capture released counts as refunded already, so this is captured minus refunds.
  const left = charge.amount - charge.amount_refunded
  if (charge.refunded || (charge.captured && left === 0)) {
    return refuseInvalid(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' })
  }
  if (!charge.paid || !charge.captured) {
    return refuseInvalid(
      `Charge ${charge.id} cannot be refunded because it was not captured; cancel its PaymentIntent instead.`,
      { code: 'charge_not_refundable' },
    )
  }
  const amount = requested.amount ?? left
  if (amount > left) {
    return refuseInvalid(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, {
      param: 'amount',
    })
  }

  const behaviour = cardFingerprinted(charge.payment_method_details?.card?.fingerprint).refund
  const id = at.id('re')
  const unpaid: Stripe.Refund = {
    ...nulls('balance_transaction', 'customer_account', 'receipt_number', 'source_transfer_reversal'),
    ...nulls('transfer_reversal'),
    id,
    object: 'refund',
    amount,
    charge: charge.id,
    created: at.now,
    currency: charge.currency,
    customer: charge.customer,
    destination_details: {
      type: 'card',
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
    },
    metadata: requested.metadata,
    payment_intent: idOf(charge.payment_intent),
    payment_method: charge.payment_method,
    ...(behaviour === 'settlesLater' && { pending_reason: 'processing' as const }),
    reason: requested.reason,
    status: behaviour === 'settlesLater' ? 'pending' : 'succeeded',
  }
  const money = balanceTransaction('refund', unpaid, -amount, at)
  const refund = { ...unpaid, balance_transaction: money.id }
  const amount_refunded = charge.amount_refunded + amount
  const refunded: Stripe.Charge = { ...charge, amount_refunded, refunded: amount_refunded === charge.amount }
  const move = behaviour === 'failsLater' ? 'fail_refund' : 'settle_refund'
  const end: ScheduledMove = { object: 'scheduled_move', id, at: at.now + refundTakes, move }
  return accept({
    shown: refund,
    also: [refunded, money, ...(behaviour === 'succeeds' ? [] : [end])],
    events: [
      { type: 'refund.created', object: refund },
      { type: 'charge.refunded', object: refunded },
    ],
  })
}

export function updateRefund(refund: Stripe.Refund, metadata: Metadata | null | undefined): Change<Stripe.Refund> {
  const updated = { ...refund, metadata: mergeMetadata(refund.metadata ?? {}, metadata) }
  return { shown: updated, events: updateEvents(updated) }
}

/** The bank confirms a pending refund. */
export function settleRefund(refund: Stripe.Refund): RefundOutcome {
  if (refund.status !== 'pending') return wrongStatus(refund, 'settled', ['pending'])
  const { pending_reason: _, ...rest } = refund
  const settled: Stripe.Refund = { ...rest, status: 'succeeded' }
  return accept({ shown: settled, events: updateEvents(settled) })
}

/** The bank could not pay the customer: the money is back on the account, even after a first success. */
export function failRefund(refund: Stripe.Refund, charge: Stripe.Charge, at: ClockAndIds): RefundOutcome {
  if (refund.status !== 'pending' && refund.status !== 'succeeded') {
    return wrongStatus(refund, 'failed', ['pending', 'succeeded'])
  }
  const money = balanceTransaction('refund_failure', refund, refund.amount, at)
  const { pending_reason: _, ...rest } = refund
  const failed: Stripe.Refund = {
    ...rest,
    status: 'failed',
    failure_reason: 'expired_or_canceled_card',
    failure_balance_transaction: money.id,
  }
  const amount_refunded = charge.amount_refunded - refund.amount
  return accept({
    shown: failed,
    also: [{ ...charge, amount_refunded, refunded: false }, money],
    events: [{ type: 'refund.failed', object: failed }, ...updateEvents(failed)],
  })
}

/** Only refunds that wait for the customer can be canceled, and refunds to cards never do. */
export const cancelRefund = (refund: Stripe.Refund): RefundOutcome =>
  wrongStatus(refund, 'canceled', ['requires_action'])

const updateEvents = (refund: Stripe.Refund) => [
  { type: 'refund.updated', object: refund },
  { type: 'charge.refund.updated', object: refund },
]

const wrongStatus = (refund: Stripe.Refund, done: string, from: readonly string[]): Refused =>
  refuseInvalid(
    `Refund ${refund.id} could not be ${done} because it has a status of ${refund.status}. Only a refund with one of the following statuses may be ${done}: ${from.join(', ')}.`,
  )
