import { accept, type Outcome, refuseInvalid } from './outcome.ts'

export type Metadata = Record<string, string>

/** Given keys are set, a key with an empty value is removed, null removes all. */
export function mergeMetadata(old: Metadata, change: Metadata | null | undefined): Metadata {
  if (change === undefined) return old
  if (change === null) return {}
  return Object.fromEntries(Object.entries({ ...old, ...change }).filter(([, value]) => value !== ''))
}

/** Limits of https://docs.stripe.com/api/metadata: 50 keys of 40 characters, values of 500. */
export function validMetadata(metadata: Metadata): Outcome<Metadata> {
  const entries = Object.entries(metadata)
  if (entries.length > 50) return refuseInvalid('Metadata can have up to 50 keys.', { param: 'metadata' })
  for (const [key, { length }] of entries) {
    const tooLong = (what: string, most: number, got: number, param: string) =>
      refuseInvalid(`Metadata ${what} can have up to ${most} characters, but you passed one with ${got}.`, { param })
    if (key.length > 40) return tooLong('keys', 40, key.length, 'metadata')
    if (length > 500) return tooLong('values', 500, length, `metadata[${key}]`)
  }
  return accept(metadata)
}
