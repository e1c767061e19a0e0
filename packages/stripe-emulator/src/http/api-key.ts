import { unauthorized } from '../domain/errors.ts'
import type { ApiError } from '../domain/outcome.ts'

/** Why this `Authorization` header does not let the request in; undefined when it does. Any key of the test mode does. */
export function refusedKey(header: string | undefined): ApiError | undefined {
  const [, scheme = '', credentials = ''] = /^(Bearer|Basic) (.+)$/i.exec(header ?? '') ?? []
  const key = /^basic$/i.test(scheme)
    ? (Buffer.from(credentials, 'base64').toString().split(':')[0] ?? '')
    : credentials
  if (key === '') {
    return unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    )
  }
  if (/^(sk|rk)_test_/.test(key)) return undefined
  // A live key here is a mistake that must be loud, and must not be repeated in full.
  return unauthorized(
    /^(sk|rk)_live_/.test(key)
      ? 'This is an emulator, and it was given a live key. Use a key that starts with sk_test_.'
      : `Invalid API Key provided: ${key.slice(0, 3)}***`,
  )
}
