import type Stripe from 'stripe'

/** An event as the API shows it. The client's own type is a union of hundreds that are never created here. */
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

/** Every kind of object that the API has, by the word in its `object` member. */
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

/** A move that an object makes by itself at a time in unix seconds. */
export interface ScheduledMove {
  readonly object: 'scheduled_move'
  /** The id of the object that moves; each has at most one. */
  readonly id: string
  readonly at: number
  readonly move: 'expire_authorization' | 'settle_refund' | 'fail_refund'
}

/** An event before it has an id. */
export interface NewEvent {
  readonly type: string
  readonly object: ApiObject
  readonly previous?: Record<string, unknown>
}

/** What a decision stores and publishes. */
export interface Change<T extends ApiObject = ApiObject> {
  /** The object that answers the request. */
  readonly shown: T
  /** Other objects that changed with it. */
  readonly also?: readonly (ApiObject | ScheduledMove)[]
  readonly events?: readonly NewEvent[]
}

/** The time of a decision in unix seconds, and new ids for what it creates. */
export interface ClockAndIds {
  readonly now: number
  readonly id: (prefix: string) => string
}

/** The id of a reference that Stripe's types allow to be expanded; stored objects are never expanded. */
export const idOf = (reference: string | { id: string } | null | undefined): string | null =>
  typeof reference === 'string' ? reference : (reference?.id ?? null)

/** Without the members that are undefined. */
export const defined = <T extends object>(members: T) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

/** Members that Stripe has and that are always null here, or null until they are set. */
export const nulls = <const Name extends string>(...names: Name[]): Record<Name, null> =>
  Object.fromEntries(names.map((name) => [name, null])) as Record<Name, null>
