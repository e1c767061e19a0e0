import type Stripe from 'stripe'
import { type Metadata, mergeMetadata } from './metadata.ts'
import type { Moment } from './objects.ts'

/** Undefined leaves as it is, null takes away. */
export interface CustomerDetails {
  readonly email?: string | null | undefined
  readonly name?: string | null | undefined
  readonly phone?: string | null | undefined
  readonly description?: string | null | undefined
  readonly metadata?: Metadata | null | undefined
}

export const createCustomer = (details: CustomerDetails, at: Moment): Stripe.Customer =>
  reviseCustomer(
    {
      id: at.id('cus'),
      object: 'customer',
      address: null,
      balance: 0,
      created: at.now,
      currency: null,
      default_source: null,
      delinquent: false,
      description: null,
      discount: null,
      email: null,
      invoice_prefix: at.id('').slice(1, 9).toUpperCase(),
      invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
      livemode: false,
      metadata: {},
      name: null,
      next_invoice_sequence: 1,
      phone: null,
      preferred_locales: [],
      shipping: null,
      tax_exempt: 'none',
      test_clock: null,
    },
    details,
  )

export function reviseCustomer(customer: Stripe.Customer, details: CustomerDetails): Stripe.Customer {
  const {
    email = customer.email,
    name = customer.name,
    phone = customer.phone,
    description = customer.description,
  } = details
  return {
    ...customer,
    email,
    name: name ?? null,
    phone: phone ?? null,
    description,
    metadata: mergeMetadata(customer.metadata, details.metadata),
  }
}
