import { type ApiError, invalidRequest } from './outcome.ts'

/** The first reply to a key, kept for repetitions of the request. */
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

/** Seconds after which a key may be used again: https://docs.stripe.com/api/idempotent_requests */
export const keyLifetime = 86_400

const longestKey = 255

export type Repetition =
  | { readonly kind: 'first' }
  | { readonly kind: 'replay'; readonly reply: StoredReply }
  | { readonly kind: 'refused'; readonly error: ApiError }

/** Whether a request with this key is executed, gets the stored reply, or is refused. */
export function repetition(
  { key, path, params }: { key: string; path: string; params: string },
  stored: StoredReply | undefined,
  inFlight: boolean,
  now: number,
): Repetition {
  const refused = (message: string, error: Pick<ApiError, 'status' | 'code'> = { status: 400 }): Repetition => ({
    kind: 'refused',
    error: { type: 'idempotency_error', message, ...error },
  })
  const mismatch = (message: string) =>
    refused(`${message} Try using a key other than '${key}' if you meant to execute a different request.`)

  if (key.length > longestKey) {
    const message = `Idempotency keys can only be up to ${longestKey} characters long.`
    return { kind: 'refused', error: invalidRequest(message) }
  }
  if (inFlight) {
    return refused(
      `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}.`,
      { status: 409, code: 'idempotency_key_in_use' },
    )
  }
  if (!stored || now >= stored.at + keyLifetime) return { kind: 'first' }
  if (stored.path !== path) {
    return mismatch(
      `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${path}' vs '${stored.path}').`,
    )
  }
  if (stored.params !== params) {
    return mismatch('Keys for idempotent requests can only be used with the same parameters they were first used with.')
  }
  return { kind: 'replay', reply: stored }
}
