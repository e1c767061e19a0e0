import type Stripe from 'stripe'

/** An event as the API shows it. The client's own type is a union of hundreds that are never built here. */
export interface StripeEvent {
  id: string
  object: 'event'
  api_version: string
  created: number
  data: { object: ApiObject; previous_attributes?: Record<string, unknown> }
  livemode: boolean
  pending_webhooks: number
  request: { id: string | null; idempotency_key: string | null } | null
  type: string
}

/** Every kind of object the API keeps, by the word in its `object` member. */
export interface ApiObjects {
  balance_transaction: Stripe.BalanceTransaction
  charge: Stripe.Charge
  customer: Stripe.Customer
  event: StripeEvent
  payment_intent: Stripe.PaymentIntent
  payment_method: Stripe.PaymentMethod
  refund: Stripe.Refund
  webhook_endpoint: Stripe.WebhookEndpoint
}

export type ApiObject = ApiObjects[keyof ApiObjects]

/** Something that time will do to an object: unix seconds, and the move to make then. */
export interface Appointment {
  readonly object: 'appointment'
  /** The id of the object it is about: at most one appointment each. */
  readonly id: string
  readonly at: number
  readonly what: 'expire_authorization' | 'settle_refund' | 'fail_refund'
}

/** What happened, before it becomes an event with an id. */
export interface Fact {
  readonly type: string
  readonly object: ApiObject
  readonly previous?: Record<string, unknown>
}

/** What a decision wants kept and told. `shown` answers the request. */
export interface Change<T extends ApiObject> {
  readonly shown: T
  /** Other objects that changed with it. */
  readonly also: readonly (ApiObject | Appointment)[]
  readonly facts: readonly Fact[]
}

/** When and with which new ids a decision is taken; unix seconds. */
export interface Moment {
  readonly now: number
  readonly id: (prefix: string) => string
}

/** The id of a reference that Stripe's types allow to be expanded; the books never hold expanded ones. */
export const idOf = (reference: string | { id: string } | null | undefined): string | null =>
  typeof reference === 'string' ? reference : (reference?.id ?? null)
