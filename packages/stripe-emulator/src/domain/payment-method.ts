import type Stripe from 'stripe'
import type { Metadata } from './metadata.ts'
import { type Change, type ClockAndIds, nulls } from './objects.ts'
import { accept, type Outcome, refuseInvalid } from './outcome.ts'
import { fingerprintOf, type TestCard } from './test-cards.ts'

export const noBillingDetails = {
  ...nulls('email', 'name', 'phone', 'tax_id'),
  address: nulls('city', 'country', 'line1', 'line2', 'postal_code', 'state'),
}

/** A new payment method that holds one of the test cards. */
export const createPaymentMethod = (card: TestCard, metadata: Metadata, at: ClockAndIds): Stripe.PaymentMethod => ({
  id: at.id('pm'),
  object: 'payment_method',
  allow_redisplay: 'unspecified',
  billing_details: noBillingDetails,
  card: {
    ...nulls('generated_from', 'wallet'),
    brand: card.brand,
    checks: { ...nulls('address_line1_check', 'address_postal_code_check'), cvc_check: 'pass' },
    country: card.country,
    display_brand: card.brand,
    exp_month: 12,
    // Always in the future, whatever the clock has been set to.
    exp_year: new Date(at.now * 1000).getUTCFullYear() + 3,
    fingerprint: fingerprintOf(card),
    funding: card.funding,
    last4: card.number.slice(-4),
    networks: { available: [card.brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
  },
  created: at.now,
  customer: null,
  customer_account: null,
  livemode: false,
  metadata,
  type: 'card',
})

/** Lets a customer pay with this method again. */
export function attach(method: Stripe.PaymentMethod, customer: string): Outcome<Change<Stripe.PaymentMethod>> {
  if (method.customer && method.customer !== customer) {
    return refuseInvalid(
      'The payment method you provided has already been attached to a customer. To attach it to another customer, detach it first.',
      { code: 'payment_method_unexpected_state' },
    )
  }
  const attached: Stripe.PaymentMethod = { ...method, customer }
  return accept({ shown: attached, events: [{ type: 'payment_method.attached', object: attached }] })
}

export function detach(method: Stripe.PaymentMethod): Outcome<Change<Stripe.PaymentMethod>> {
  const { customer } = method
  if (!customer) {
    return refuseInvalid('The payment method you provided is not attached to a customer so detachment is impossible.', {
      code: 'payment_method_unexpected_state',
    })
  }
  const detached: Stripe.PaymentMethod = { ...method, customer: null }
  const event = { type: 'payment_method.detached', object: detached, previous: { customer } }
  return accept({ shown: detached, events: [event] })
}
