/**
 * API keys of partners: 256 random bits, so that their SHA-256 can neither be guessed nor reversed. Keys are looked up by it: the time of
 * the lookup reveals something about the hash at most, and so nothing about the key.
 */
import { randomBytes } from 'node:crypto'
import type { Key } from './files.ts'
import { sha256 } from './names.ts'

/** Scanners for leaked secrets can search for it. */
const prefix = 'holdfast_key_'
const hintLength = prefix.length + 4

/** A key to show once, and what is stored of it. */
export function newKey(now: Date): { readonly secret: string; readonly key: Key } {
  const secret = prefix + randomBytes(32).toString('base64url')
  return { secret, key: { hash: sha256(secret), hint: secret.slice(0, hintLength), created: now.toISOString() } }
}
