import type Stripe from 'stripe'
import { type ClockAndIds, nulls } from './objects.ts'
import { noBillingDetails } from './payment-method.ts'
import { cardFingerprinted, type Decline } from './test-cards.ts'

/** Seconds that an uncaptured card payment stays authorised; Visa gives off-session payments 4 days 18 hours. */
const authorizationLasts = { usual: 7 * 86_400, visaOffSession: 4 * 86_400 + 18 * 3_600 } as const

export interface PaymentAttempt {
  readonly offSession: boolean
  readonly authenticated: boolean
}

const challengePassed: Stripe.Charge.PaymentMethodDetails.Card.ThreeDSecure = {
  ...nulls('exemption_indicator', 'result_reason', 'transaction_id'),
  authentication_flow: 'challenge',
  electronic_commerce_indicator: '05',
  result: 'authenticated',
  version: '2.2.0',
}

/** A charge of the intent's whole amount, before anything was captured; failed when there is a decline. */
export function attemptCharge(
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  { offSession, authenticated }: PaymentAttempt,
  decline: Decline | null,
  at: ClockAndIds,
): Stripe.Charge {
  const card = cardFingerprinted(method.card?.fingerprint)
  const lasts = offSession && card.brand === 'visa' ? authorizationLasts.visaOffSession : authorizationLasts.usual
  const authorised = !decline && intent.capture_method === 'manual'
  return {
    ...nulls('application', 'application_fee', 'application_fee_amount', 'balance_transaction'),
    ...nulls('failure_balance_transaction', 'on_behalf_of', 'receipt_number', 'receipt_url', 'review', 'shipping'),
    ...nulls('source', 'source_transfer', 'transfer_data'),
    id: at.id('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    billing_details: method.billing_details ?? noBillingDetails,
    calculated_statement_descriptor: intent.statement_descriptor ?? 'EMULATOR',
    captured: false,
    created: at.now,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    outcome: chargeOutcome(decline),
    paid: !decline,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: {
      type: 'card',
      card: {
        ...nulls('authorization_code', 'installments', 'mandate', 'network_transaction_id', 'transaction_link_id'),
        ...nulls('wallet'),
        amount_authorized: decline ? null : intent.amount,
        brand: card.brand,
        ...(authorised && { capture_before: at.now + lasts }),
        checks: {
          ...nulls('address_line1_check', 'address_postal_code_check'),
          cvc_check: decline?.code === 'incorrect_cvc' ? 'fail' : 'pass',
        },
        country: card.country,
        electronic_commerce_indicator: authenticated ? '05' : null,
        exp_month: method.card?.exp_month ?? 12,
        exp_year: method.card?.exp_year ?? 2030,
        extended_authorization: { status: 'disabled' },
        fingerprint: method.card?.fingerprint ?? null,
        funding: card.funding,
        incremental_authorization: { status: 'unavailable' },
        last4: card.number.slice(-4),
        multicapture: { status: 'unavailable' },
        network: card.brand,
        network_token: { used: false },
        overcapture: { maximum_amount_capturable: intent.amount, status: 'unavailable' },
        regulated_status: 'unregulated',
        three_d_secure: authenticated ? challengePassed : null,
      },
    },
    receipt_email: intent.receipt_email,
    refunded: false,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: decline ? 'failed' : 'succeeded',
    transfer_group: intent.transfer_group,
  }
}

function chargeOutcome(decline: Decline | null): Stripe.Charge.Outcome {
  const withoutAdvice = nulls('advice_code', 'network_advice_code', 'network_decline_code')
  const usualRisk = { ...withoutAdvice, risk_level: 'normal', risk_score: 12 }
  if (!decline) {
    return {
      ...usualRisk,
      network_status: 'approved_by_network',
      reason: null,
      seller_message: 'Payment complete.',
      type: 'authorized',
    }
  }
  if (decline.blocked) {
    return {
      ...withoutAdvice,
      network_status: 'not_sent_to_network',
      reason: 'highest_risk_level',
      risk_level: 'highest',
      risk_score: 99,
      seller_message: 'Stripe blocked this payment as too risky.',
      type: 'blocked',
    }
  }
  const reason = decline.decline_code ?? decline.code
  return {
    ...usualRisk,
    network_status: 'declined_by_network',
    reason,
    seller_message: `The bank returned the decline code \`${reason}\`.`,
    type: 'issuer_declined',
  }
}

/** Takes up to the authorised amount; the rest goes back to the customer and counts as refunded. */
export const captured = (
  charge: Stripe.Charge,
  amount: number,
  balanceTransaction: Stripe.BalanceTransaction,
): Stripe.Charge => ({
  ...charge,
  captured: true,
  amount_captured: amount,
  amount_refunded: charge.amount - amount,
  balance_transaction: balanceTransaction.id,
})

/** Gives the whole authorised amount back. */
export const released = (charge: Stripe.Charge): Stripe.Charge => ({
  ...charge,
  amount_refunded: charge.amount,
  refunded: true,
})

/** Unix seconds from which this charge can no longer be captured; null when it does not wait for a capture. */
export const captureBefore = (charge: Stripe.Charge): number | null =>
  charge.payment_method_details?.card?.capture_before ?? null
