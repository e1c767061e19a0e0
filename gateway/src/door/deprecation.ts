/** How a client learns that the version of its operation is going to end. */
import type { Published } from '../operations/registry.ts'

/** RFC 9745 and RFC 8594; empty while the operation is active. */
export function deprecationHeaders(published: Published | undefined): Readonly<Record<string, string>> {
  if (published?.life.state !== 'deprecated') return {}
  const { deprecatedAt, sunset } = published.life
  return {
    deprecation: `@${Math.floor(Date.parse(deprecatedAt) / 1_000)}`,
    ...(sunset && { sunset: new Date(sunset).toUTCString() }),
  }
}

/** The same as an extension of a result, where there are no headers for each operation; undefined while it is active. */
export function deprecationNotice(published: Published | undefined) {
  if (published?.life.state !== 'deprecated') return undefined
  const { deprecatedAt, sunset } = published.life
  return { deprecation: { deprecated: deprecatedAt, ...(sunset && { sunset }) } }
}

/** Puts the notice into the first of an operation's results, which are JSON already. */
export function firstNoticed(published: Published | undefined): (payload: string) => string {
  let notice = deprecationNotice(published)
  return (payload) => {
    if (!notice) return payload
    const result = JSON.parse(payload) as { readonly extensions?: object }
    const noticed = JSON.stringify({ ...result, extensions: { ...result.extensions, ...notice } })
    notice = undefined
    return noticed
  }
}
