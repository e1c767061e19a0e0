import type Stripe from 'stripe'
import { movement } from './balance-transaction.ts'
import { intentOf } from './charge.ts'
import { invalidRequest } from './errors.ts'
import type { Metadata } from './metadata.ts'
import type { Appointment, Change, Moment } from './objects.ts'
import { accept, type Outcome, refuse } from './outcome.ts'
import { cardFingerprinted } from './test-cards.ts'

/** Seconds until the refund of a card that settles or fails later does so by itself. */
export const refundTakes = 3_600

export interface NewRefund {
  /** Null refunds what is left. */
  readonly amount: number | null
  readonly reason: Stripe.RefundCreateParams.Reason | null
  readonly metadata: Metadata
}

/** Gives captured money back, once or in parts, never more than was captured. */
export function refundCharge(charge: Stripe.Charge, asked: NewRefund, at: Moment): Outcome<Change<Stripe.Refund>> {
  if (!charge.paid || !charge.captured) {
    return refuse(
      invalidRequest(
        charge.refunded
          ? `Charge ${charge.id} has already been refunded.`
          : `Charge ${charge.id} cannot be refunded because it was not captured; cancel its PaymentIntent instead.`,
        { code: charge.refunded ? 'charge_already_refunded' : 'charge_not_refundable' },
      ),
    )
  }
  // What a partial capture let go counts as refunded already, so this is captured minus refunds.
  const left = charge.amount - charge.amount_refunded
  if (left === 0) {
    return refuse(invalidRequest(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' }))
  }
  const amount = asked.amount ?? left
  if (amount > left) {
    return refuse(
      invalidRequest(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, {
        param: 'amount',
      }),
    )
  }

  const fate = cardFingerprinted(charge.payment_method_details?.card?.fingerprint).refund
  const id = at.id('re')
  const bare: Stripe.Refund = {
    id,
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: at.now,
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      type: 'card',
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
    },
    metadata: asked.metadata,
    payment_intent: intentOf(charge),
    payment_method: charge.payment_method,
    ...(fate === 'settlesLater' && { pending_reason: 'processing' as const }),
    reason: asked.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: fate === 'settlesLater' ? 'pending' : 'succeeded',
    transfer_reversal: null,
  }
  const money = movement('refund', bare, -amount, at)
  const refund = { ...bare, balance_transaction: money.id }
  const amountRefunded = charge.amount_refunded + amount
  const refunded: Stripe.Charge = {
    ...charge,
    amount_refunded: amountRefunded,
    refunded: amountRefunded === charge.amount,
  }
  const later: Appointment[] =
    fate === 'succeeds'
      ? []
      : [
          {
            object: 'appointment',
            id,
            at: at.now + refundTakes,
            what: fate === 'failsLater' ? 'fail_refund' : 'settle_refund',
          },
        ]
  return accept({
    shown: refund,
    also: [refunded, money, ...later],
    facts: [
      { type: 'refund.created', object: refund },
      { type: 'charge.refunded', object: refunded },
    ],
  })
}

/** A pending refund arrived. */
export function settleRefund(refund: Stripe.Refund): Outcome<Change<Stripe.Refund>> {
  if (refund.status !== 'pending') return refuse(notNow(refund, 'settled', ['pending']))
  const { pending_reason: _, ...rest } = refund
  const settled: Stripe.Refund = { ...rest, status: 'succeeded' }
  return accept({ shown: settled, also: [], facts: updated(settled) })
}

/** The bank could not give the money to the holder: it is back on the account, also after a first success. */
export function failRefund(refund: Stripe.Refund, charge: Stripe.Charge, at: Moment): Outcome<Change<Stripe.Refund>> {
  if (refund.status !== 'pending' && refund.status !== 'succeeded') {
    return refuse(notNow(refund, 'failed', ['pending', 'succeeded']))
  }
  const money = movement('refund_failure', refund, refund.amount, at)
  const { pending_reason: _, ...rest } = refund
  const failed: Stripe.Refund = {
    ...rest,
    status: 'failed',
    failure_reason: 'expired_or_canceled_card',
    failure_balance_transaction: money.id,
  }
  const owed: Stripe.Charge = {
    ...charge,
    amount_refunded: charge.amount_refunded - refund.amount,
    refunded: false,
  }
  return accept({
    shown: failed,
    also: [owed, money],
    facts: [{ type: 'refund.failed', object: failed }, ...updated(failed)],
  })
}

/** Only refunds that wait for the customer can be canceled, and refunds to cards never do. */
export const cancelRefund = (refund: Stripe.Refund): Outcome<Change<Stripe.Refund>> =>
  refuse(notNow(refund, 'canceled', ['requires_action']))

const updated = (refund: Stripe.Refund) => [
  { type: 'refund.updated', object: refund },
  { type: 'charge.refund.updated', object: refund },
]

const notNow = (refund: Stripe.Refund, what: string, from: readonly string[]) =>
  invalidRequest(
    `Refund ${refund.id} could not be ${what} because it has a status of ${refund.status}. Only a refund with one of the following statuses may be ${what}: ${from.join(', ')}.`,
  )
