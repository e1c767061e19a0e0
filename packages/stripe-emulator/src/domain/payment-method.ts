import type Stripe from 'stripe'
import type { Metadata } from './metadata.ts'
import type { Moment } from './objects.ts'
import { fingerprintOf, type TestCard } from './test-cards.ts'

export const noBillingDetails = {
  address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
  email: null,
  name: null,
  phone: null,
  tax_id: null,
}

/** A new payment method that holds one of the test cards. */
export function storeCard(card: TestCard, metadata: Metadata, at: Moment): Stripe.PaymentMethod {
  return {
    id: at.id('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: noBillingDetails,
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: card.country,
      display_brand: card.brand,
      exp_month: 12,
      // Always in the future, whatever the clock has been set to.
      exp_year: new Date(at.now * 1000).getUTCFullYear() + 3,
      fingerprint: fingerprintOf(card),
      funding: card.funding,
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: at.now,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata,
    type: 'card',
  }
}
