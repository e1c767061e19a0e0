import { createHash } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The n-th id of this seed: the prefix and 24 characters, as Stripe's ids look. */
export function mintId(seed: string, n: number, prefix: string): string {
  const bytes = createHash('sha256').update(`${seed}:${n}`).digest()
  let letters = ''
  for (const byte of bytes.subarray(0, 24)) letters += alphabet[byte % alphabet.length]
  return `${prefix}_${letters}`
}
