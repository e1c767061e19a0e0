import type Stripe from 'stripe'
import type { ApiObjects } from './objects.ts'

/** What Stripe answers instead of the requested object; the members are those of its `error` object. */
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

export type Refused = { readonly ok: false; readonly error: ApiError }
export type Outcome<T> = { readonly ok: true; readonly value: T } | Refused

export const accept = <T>(value: T): Outcome<T> => ({ ok: true, value })
export const refuse = (error: ApiError): Refused => ({ ok: false, error })

/** The outcome of `next` with the accepted value; a refusal stays as it is. */
export const andThen = <T, U>(outcome: Outcome<T>, next: (value: T) => Outcome<U>): Outcome<U> =>
  outcome.ok ? next(outcome.value) : outcome

/** The request was malformed or is not allowed now. */
export const invalidRequest = (
  message: string,
  facts: Partial<Pick<ApiError, 'status' | 'code' | 'param' | 'payment_intent'>> = {},
): ApiError => ({ status: 400, type: 'invalid_request_error', message, ...facts })

export const refuseInvalid = (...args: Parameters<typeof invalidRequest>): Refused => refuse(invalidRequest(...args))

/** How errors call each kind of object, and the id of one in a path. */
const names: { readonly [K in keyof ApiObjects]: readonly [kind: string, id: string] } = {
  balance_transaction: ['balance transaction', 'id'],
  charge: ['charge', 'charge'],
  customer: ['customer', 'customer'],
  event: ['event', 'id'],
  payment_intent: ['payment_intent', 'intent'],
  payment_method: ['PaymentMethod', 'payment_method'],
  refund: ['refund', 'refund'],
  webhook_endpoint: ['webhook endpoint', 'webhook_endpoint'],
}

/** 400 when the id is the value of `param`, 404 when it is in the path. */
export function noSuch(kind: keyof ApiObjects, id: string, param?: string): ApiError {
  const [name, inPath] = names[kind]
  const status = param === undefined ? 404 : 400
  return invalidRequest(`No such ${name}: '${id}'`, { status, code: 'resource_missing', param: param ?? inPath })
}

export const noSuchUrl = (method: string, path: string): ApiError =>
  invalidRequest(`Unrecognized request URL (${method}: ${path}).`, { status: 404 })

export const rateLimited = invalidRequest(
  'Too many requests hit the API too quickly. We recommend an exponential backoff of your requests.',
  { status: 429, code: 'rate_limit' },
)

export const lockTimeout = invalidRequest(
  'This object cannot be accessed right now because another API request or Stripe process is currently accessing it.',
  { status: 429, code: 'lock_timeout' },
)

export const serverError: ApiError = {
  status: 500,
  type: 'api_error',
  message: 'An unknown error occurred. This failure was made by the emulator.',
}
