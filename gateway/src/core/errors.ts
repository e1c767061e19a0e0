/** An error as clients get it: a message for people, and a code in `extensions` for programs. */
export interface ResponseError {
  readonly message: string
  readonly extensions: Readonly<Record<string, unknown>>
}

/** An error because of which nothing is executed (https://spec.graphql.org/draft/#sec-Errors.Request-Errors). */
export interface RequestError extends ResponseError {
  readonly locations?: readonly { readonly line: number; readonly column: number }[]
  /** The limit that the request exceeds. Counted in metrics, not sent to the client. */
  readonly limit?: string
}

export const responseError = (
  code: string,
  message: string,
  facts: Readonly<Record<string, unknown>> = {},
): ResponseError => ({ message, extensions: { code, ...facts } })

/** What takes the place of a result that a request does not get. */
export interface Refused {
  readonly ok: false
  readonly error: ResponseError
}
export const refuse = (error: ResponseError): Refused => ({ ok: false, error })

/** What takes the place of the result of a request that is not executed. */
export interface Invalid {
  readonly ok: false
  readonly errors: readonly RequestError[]
}
export const invalid = (...errors: readonly RequestError[]): Invalid => ({ ok: false, errors })
