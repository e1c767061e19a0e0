import type Stripe from 'stripe'

/** What Stripe answers instead of the object that was asked for; the members are those of its `error` object. */
export interface ApiError {
  readonly status: 400 | 401 | 402 | 404 | 409 | 429 | 500
  readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error'
  readonly message: string
  readonly code?: string
  readonly decline_code?: string
  readonly param?: string
  readonly charge?: string
  readonly payment_intent?: Stripe.PaymentIntent
  readonly payment_method?: Stripe.PaymentMethod
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ApiError }

export const accept = <T>(value: T): Outcome<T> => ({ ok: true, value })
export const refuse = (error: ApiError): { readonly ok: false; readonly error: ApiError } => ({ ok: false, error })
