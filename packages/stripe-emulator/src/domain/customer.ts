import type Stripe from 'stripe'
import { type Metadata, mergeMetadata } from './metadata.ts'
import { type Change, type ClockAndIds, defined, nulls } from './objects.ts'

/** Undefined leaves as it is, null removes. */
export type CustomerDetails = {
  readonly [Member in 'email' | 'name' | 'phone' | 'description']?: string | null | undefined
} & { readonly metadata?: Metadata | null | undefined }

export function createCustomer(details: CustomerDetails, at: ClockAndIds): Change<Stripe.Customer> {
  const blank: Stripe.Customer = {
    ...nulls('address', 'currency', 'default_source', 'description', 'discount', 'email'),
    ...nulls('name', 'phone', 'shipping', 'test_clock'),
    id: at.id('cus'),
    object: 'customer',
    balance: 0,
    created: at.now,
    delinquent: false,
    invoice_prefix: at.id('').slice(1, 9).toUpperCase(),
    invoice_settings: nulls('custom_fields', 'default_payment_method', 'footer', 'rendering_options'),
    livemode: false,
    metadata: {},
    next_invoice_sequence: 1,
    preferred_locales: [],
    tax_exempt: 'none',
  }
  return withDetails(blank, details, 'customer.created')
}

export const updateCustomer = (customer: Stripe.Customer, details: CustomerDetails): Change<Stripe.Customer> =>
  withDetails(customer, details, 'customer.updated')

function withDetails(
  old: Stripe.Customer,
  { metadata, ...details }: CustomerDetails,
  event: string,
): Change<Stripe.Customer> {
  const customer = { ...old, ...defined(details), metadata: mergeMetadata(old.metadata, metadata) }
  return { shown: customer, events: [{ type: event, object: customer }] }
}
