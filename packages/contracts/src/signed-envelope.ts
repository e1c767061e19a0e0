/** The signed envelope: Ed25519 over a domain prefix and the exact payload bytes, so nothing needs canonical JSON. */
import { type KeyObject, sign, verify } from 'node:crypto'
import { SignedEnvelope } from './mqtt.ts'

/** A signature for one purpose must never be valid for the other. */
const prefixes = { command: 'holdfast-cmd-v1\0', ack: 'holdfast-ack-v1\0' } as const
export type EnvelopePurpose = keyof typeof prefixes

const signedBytes = (purpose: EnvelopePurpose, payload: Buffer) =>
  Buffer.concat([Buffer.from(prefixes[purpose]), payload])

/** Signs `message`; `kid` names the key so that two can be valid while one is being replaced. */
export function signEnvelope(purpose: EnvelopePurpose, message: unknown, kid: string, privateKey: KeyObject): Buffer {
  const payload = Buffer.from(JSON.stringify(message))
  const signature = sign(null, signedBytes(purpose, payload), privateKey)
  const envelope: SignedEnvelope = { kid, p: payload.toString('base64url'), s: signature.toString('base64url') }
  return Buffer.from(JSON.stringify(envelope))
}

export type VerifiedEnvelope =
  | { readonly ok: true; readonly payload: unknown }
  | { readonly ok: false; readonly code: 'MALFORMED' | 'UNKNOWN_KEY' | 'BAD_SIGNATURE' }

/** Verifies an envelope and returns its parsed JSON. Never throws: received bytes are hostile. */
export function verifyEnvelope(
  purpose: EnvelopePurpose,
  bytes: Uint8Array,
  keyById: (kid: string) => KeyObject | undefined,
): VerifiedEnvelope {
  const envelope = SignedEnvelope.safeParse(parseJson(bytes))
  if (!envelope.success) return { ok: false, code: 'MALFORMED' }
  const key = keyById(envelope.data.kid)
  if (!key) return { ok: false, code: 'UNKNOWN_KEY' }
  const payload = Buffer.from(envelope.data.p, 'base64url')
  if (!verify(null, signedBytes(purpose, payload), key, Buffer.from(envelope.data.s, 'base64url'))) {
    return { ok: false, code: 'BAD_SIGNATURE' }
  }
  const parsed = parseJson(payload)
  return parsed === undefined ? { ok: false, code: 'MALFORMED' } : { ok: true, payload: parsed }
}

/** JSON or undefined; for messages whose sender is not trusted. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
