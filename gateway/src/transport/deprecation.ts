/** How a client learns that the version of its operation is deprecated. */
import type { PublishedOperation } from '@holdfast/operations'

/** RFC 9745 and RFC 8594; empty while the operation is active. */
export function deprecationHeaders(published: PublishedOperation | undefined): Readonly<Record<string, string>> {
  if (published?.life.state !== 'deprecated') return {}
  const { deprecatedAt, sunset } = published.life
  return {
    deprecation: `@${Math.floor(Date.parse(deprecatedAt) / 1_000)}`,
    ...(sunset && { sunset: new Date(sunset).toUTCString() }),
  }
}

/** The same as an extension of a result, where operations have no headers; undefined while the operation is active. */
export function deprecationNotice(published: PublishedOperation | undefined) {
  if (published?.life.state !== 'deprecated') return undefined
  const { deprecatedAt, sunset } = published.life
  return { deprecation: { deprecated: deprecatedAt, ...(sunset && { sunset }) } }
}

/** Adds the notice to the first of an operation's results, which are JSON already. */
export function withNoticeOnce(published: PublishedOperation | undefined): (payload: string) => string {
  let notice = deprecationNotice(published)
  return (payload) => {
    if (!notice) return payload
    const result = JSON.parse(payload) as { readonly extensions?: object }
    const withNotice = JSON.stringify({ ...result, extensions: { ...result.extensions, ...notice } })
    notice = undefined
    return withNotice
  }
}
