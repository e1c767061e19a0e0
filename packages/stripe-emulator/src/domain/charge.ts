import type Stripe from 'stripe'
import type { Moment } from './objects.ts'
import { idOf } from './objects.ts'
import { noBillingDetails } from './payment-method.ts'
import { cardFingerprinted, type Decline } from './test-cards.ts'

/** Seconds that an uncaptured card payment stays reserved; Visa gives merchant-initiated ones 4 days 18 hours. */
export const authorizationLasts = { usual: 7 * 86_400, visaOffSession: 4 * 86_400 + 18 * 3_600 } as const

export interface Attempt {
  readonly offSession: boolean
  readonly authenticated: boolean
}

const authenticatedByChallenge: Stripe.Charge.PaymentMethodDetails.Card.ThreeDSecure = {
  authentication_flow: 'challenge',
  electronic_commerce_indicator: '05',
  exemption_indicator: null,
  result: 'authenticated',
  result_reason: null,
  transaction_id: null,
  version: '2.2.0',
}

/** A charge of the intent's whole amount on this method, before anything was captured; failed when there is a decline. */
export function attemptCharge(
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  { offSession, authenticated }: Attempt,
  decline: Decline | null,
  at: Moment,
): Stripe.Charge {
  const card = cardFingerprinted(method.card?.fingerprint)
  const lasts = offSession && card.brand === 'visa' ? authorizationLasts.visaOffSession : authorizationLasts.usual
  const reserved = !decline && intent.capture_method === 'manual'
  return {
    id: at.id('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.billing_details ?? noBillingDetails,
    calculated_statement_descriptor: intent.statement_descriptor ?? 'EMULATOR',
    captured: false,
    created: at.now,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: outcomeOf(decline),
    paid: !decline,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: {
      type: 'card',
      card: {
        amount_authorized: decline ? null : intent.amount,
        authorization_code: null,
        brand: card.brand,
        ...(reserved && { capture_before: at.now + lasts }),
        checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: cvcCheck(decline) },
        country: card.country,
        electronic_commerce_indicator: authenticated ? '05' : null,
        exp_month: method.card?.exp_month ?? 12,
        exp_year: method.card?.exp_year ?? 2030,
        extended_authorization: { status: 'disabled' },
        fingerprint: method.card?.fingerprint ?? null,
        funding: card.funding,
        incremental_authorization: { status: 'unavailable' },
        installments: null,
        last4: card.number.slice(-4),
        mandate: null,
        multicapture: { status: 'unavailable' },
        network: card.brand,
        network_token: { used: false },
        network_transaction_id: null,
        overcapture: { maximum_amount_capturable: intent.amount, status: 'unavailable' },
        regulated_status: 'unregulated',
        three_d_secure: authenticated ? authenticatedByChallenge : null,
        transaction_link_id: null,
        wallet: null,
      },
    },
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: decline ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: intent.transfer_group,
  }
}

const cvcCheck = (decline: Decline | null): string => (decline?.code === 'incorrect_cvc' ? 'fail' : 'pass')

function outcomeOf(decline: Decline | null): Stripe.Charge.Outcome {
  const unsaid = { advice_code: null, network_advice_code: null, network_decline_code: null }
  if (!decline) {
    return {
      ...unsaid,
      network_status: 'approved_by_network',
      reason: null,
      risk_level: 'normal',
      risk_score: 12,
      seller_message: 'Payment complete.',
      type: 'authorized',
    }
  }
  if (decline.blocked) {
    return {
      ...unsaid,
      network_status: 'not_sent_to_network',
      reason: 'highest_risk_level',
      risk_level: 'highest',
      risk_score: 99,
      seller_message: 'Stripe blocked this payment as too risky.',
      type: 'blocked',
    }
  }
  return {
    ...unsaid,
    network_status: 'declined_by_network',
    reason: decline.decline_code ?? decline.code,
    risk_level: 'normal',
    risk_score: 12,
    seller_message: `The bank returned the decline code \`${decline.decline_code ?? decline.code}\`.`,
    type: 'issuer_declined',
  }
}

/** Takes up to the reserved amount; what is left of it goes back to the holder and counts as refunded. */
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

/** Gives the whole reservation back. */
export const released = (charge: Stripe.Charge): Stripe.Charge => ({
  ...charge,
  amount_refunded: charge.amount,
  refunded: true,
})

/** Unix seconds from which this charge cannot be captured any more; null when it is not waiting to be. */
export const captureBefore = (charge: Stripe.Charge): number | null =>
  charge.payment_method_details?.card?.capture_before ?? null

export const intentOf = (charge: Stripe.Charge): string | null => idOf(charge.payment_intent)
