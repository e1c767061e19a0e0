import type Stripe from 'stripe'
import type { ApiError } from './outcome.ts'

/** The request was malformed or asks for what is not allowed now. */
export const invalidRequest = (
  message: string,
  facts: { code?: string; param?: string; payment_intent?: Stripe.PaymentIntent } = {},
): ApiError => ({ status: 400, type: 'invalid_request_error', message, ...facts })

export const missingParam = (param: string): ApiError =>
  invalidRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param })

export const unknownParam = (param: string): ApiError =>
  invalidRequest(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param })

/** 404 when the id stands in the path, 400 when it is the value of a parameter. */
export const noSuch = (what: string, id: string, param: string, where: 'path' | 'param'): ApiError => ({
  ...invalidRequest(`No such ${what}: '${id}'`, { code: 'resource_missing', param }),
  status: where === 'path' ? 404 : 400,
})

export const noSuchUrl = (method: string, path: string): ApiError => ({
  ...invalidRequest(`Unrecognized request URL (${method}: ${path}).`),
  status: 404,
})

export const unauthorized = (message: string): ApiError => ({ ...invalidRequest(message), status: 401 })

export const rateLimited: ApiError = {
  ...invalidRequest(
    'Too many requests hit the API too quickly. We recommend an exponential backoff of your requests.',
    {
      code: 'rate_limit',
    },
  ),
  status: 429,
}

export const lockTimeout: ApiError = {
  ...invalidRequest(
    'This object cannot be accessed right now because another API request or Stripe process is currently accessing it.',
    { code: 'lock_timeout' },
  ),
  status: 429,
}

export const serverError: ApiError = {
  status: 500,
  type: 'api_error',
  message: 'An unknown error occurred. This failure was made by the emulator.',
}
