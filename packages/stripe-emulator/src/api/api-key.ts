import { type ApiError, invalidRequest } from '../domain/outcome.ts'

/** Why this `Authorization` header is refused; undefined when it is accepted, as every key of the test mode is. */
export function refusedKey(header: string | undefined): ApiError | undefined {
  const [, scheme = '', credentials = ''] = /^(Bearer|Basic) (.+)$/i.exec(header ?? '') ?? []
  const key = /^basic$/i.test(scheme)
    ? (Buffer.from(credentials, 'base64').toString().split(':')[0] ?? '')
    : credentials
  if (/^(sk|rk)_test_/.test(key)) return undefined
  const unauthorized = (message: string) => invalidRequest(message, { status: 401 })
  if (key === '') {
    return unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    )
  }
  // A live key here is a mistake that must be noticed, and must not be repeated in full.
  return unauthorized(
    /^(sk|rk)_live_/.test(key)
      ? 'This is an emulator, and it was given a live key. Use a key that starts with sk_test_.'
      : `Invalid API Key provided: ${key.slice(0, 3)}***`,
  )
}
