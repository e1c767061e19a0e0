/** How a client learns that the version of its operation is going to end. */
import type { Published } from '../operations/registry.ts'

/** RFC 9745 and RFC 8594; empty while the operation is active. */
export function deprecationHeaders(published: Published | undefined): Readonly<Record<string, string>> {
  const { deprecatedAt, sunset } = published?.life ?? {}
  return {
    ...(deprecatedAt && { deprecation: `@${Math.floor(Date.parse(deprecatedAt) / 1_000)}` }),
    ...(sunset && { sunset: new Date(sunset).toUTCString() }),
  }
}

/** The same as an extension of a result, where there are no headers for each operation; undefined while it is active. */
export function deprecationNotice(published: Published | undefined) {
  const { deprecatedAt, sunset } = published?.life ?? {}
  return deprecatedAt ? { deprecation: { deprecated: deprecatedAt, ...(sunset && { sunset }) } } : undefined
}

/** Puts the notice into the first of an operation's results, which are JSON already and may be asked for again. */
export function firstNoticed(published: Published | undefined): (payload: string) => string {
  const notice = deprecationNotice(published)
  let first: string | undefined
  return (payload) => {
    if (!notice) return payload
    first ??= payload
    if (payload !== first) return payload
    const result = JSON.parse(payload) as { readonly extensions?: object }
    return JSON.stringify({ ...result, extensions: { ...result.extensions, ...notice } })
  }
}
