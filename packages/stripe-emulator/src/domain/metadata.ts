import { invalidRequest } from './errors.ts'
import { accept, type Outcome, refuse } from './outcome.ts'

export type Metadata = Record<string, string>

/** Given keys are set, a key with an empty value is removed, an empty string instead of a map removes all. */
export function mergeMetadata(old: Metadata, change: Metadata | null | undefined): Metadata {
  if (change === undefined) return old
  if (change === null) return {}
  const merged = { ...old, ...change }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''))
}

/** Limits of https://docs.stripe.com/api/metadata: 50 keys of 40 characters, values of 500. */
export function fitsMetadata(metadata: Metadata): Outcome<Metadata> {
  const entries = Object.entries(metadata)
  if (entries.length > 50) {
    return refuse(invalidRequest('Metadata can have up to 50 keys.', { param: 'metadata' }))
  }
  for (const [key, value] of entries) {
    if (key.length > 40) {
      return refuse(
        invalidRequest(`Metadata keys can have up to 40 characters, but you passed one with ${key.length}.`, {
          param: 'metadata',
        }),
      )
    }
    if (value.length > 500) {
      return refuse(
        invalidRequest(`Metadata values can have up to 500 characters, but you passed one with ${value.length}.`, {
          param: `metadata[${key}]`,
        }),
      )
    }
  }
  return accept(metadata)
}
