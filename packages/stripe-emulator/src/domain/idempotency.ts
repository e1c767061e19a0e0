import { invalidRequest } from './errors.ts'
import type { ApiError } from './outcome.ts'

/** The first answer to a key, kept for whoever repeats the request. */
export interface StoredReply {
  readonly object: 'stored_reply'
  /** The idempotency key. */
  readonly id: string
  readonly path: string
  /** All parameters in one canonical text. */
  readonly params: string
  readonly status: number
  readonly body: unknown
  /** The id of the request that was executed. */
  readonly request: string
  readonly at: number
}

/** Seconds after which a key may be used anew: https://docs.stripe.com/api/idempotent_requests */
export const keysLive = 86_400

const longestKey = 255

export type Repetition =
  | { readonly kind: 'first' }
  | { readonly kind: 'replay'; readonly reply: StoredReply }
  | { readonly kind: 'refused'; readonly error: ApiError }

/** Whether a request with this key runs, gets the stored answer, or is refused. */
export function repetition(
  asked: { key: string; path: string; params: string },
  stored: StoredReply | undefined,
  inFlight: boolean,
  now: number,
): Repetition {
  if (asked.key.length > longestKey) {
    return refused(invalidRequest(`Idempotency keys can only be up to ${longestKey} characters long.`))
  }
  if (inFlight) {
    return refused({
      status: 409,
      type: 'idempotency_error',
      code: 'idempotency_key_in_use',
      message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${asked.key}.`,
    })
  }
  if (!stored || now >= stored.at + keysLive) return { kind: 'first' }
  if (stored.path !== asked.path) {
    return refused(
      mismatch(
        `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${asked.path}' vs '${stored.path}').`,
        asked.key,
      ),
    )
  }
  if (stored.params !== asked.params) {
    return refused(
      mismatch(
        'Keys for idempotent requests can only be used with the same parameters they were first used with.',
        asked.key,
      ),
    )
  }
  return { kind: 'replay', reply: stored }
}

const refused = (error: ApiError): Repetition => ({ kind: 'refused', error })

const mismatch = (message: string, key: string): ApiError => ({
  status: 400,
  type: 'idempotency_error',
  message: `${message} Try using a key other than '${key}' if you meant to execute a different request.`,
})
