/** Whose request it is: the only place that verifies tokens. Subgraphs believe only what the gateway signs. */
import { anonymous, Viewer } from '@holdfast/service/identity'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import type { Fault } from './execute/trouble.ts'
import { Lru } from './lru.ts'

/** Any OIDC issuer. */
export interface Issuer {
  readonly jwksUrl: string
  readonly issuer: string
  readonly audience: string
}

export interface Identity {
  readonly viewer: Viewer
  /** Milliseconds since 1970 at which the token ends; undefined for anonymous. */
  readonly expiresAt: number | undefined
  /** The program that the token was issued to, by its `azp` or `client_id` claim (RFC 9068, 2.2). */
  readonly issuedTo: string | undefined
}

export type Identified =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly fault: Fault }
/** Reads the value of an Authorization header; without one everybody is anonymous. */
export type Identify = (authorization: string | undefined) => Promise<Identified>

const nobody: Identified = { ok: true, identity: { viewer: anonymous, expiresAt: undefined, issuedTo: undefined } }
const clockToleranceS = 30
const verifiedForMs = 60_000 // A signature costs more than most requests; a key that is withdrawn counts a minute longer.
const verifiedLimit = 10_000 // tokens

/** Without an issuer tokens mean nothing and are not read. */
export function identifyBy(issuer: Issuer | undefined): Identify {
  if (!issuer) return async () => nobody
  const keys = createRemoteJWKSet(new URL(issuer.jwksUrl), {
    cacheMaxAge: 600_000,
    cooldownDuration: 30_000, // However many unknown keys are named, the issuer is asked twice a minute at most.
    timeoutDuration: 2_000,
  })

  const verified = new Lru<{ readonly identified: Identified; readonly until: number }>(verifiedLimit)

  return async (authorization) => {
    if (!authorization?.trim()) return nobody
    const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
    if (!token) return refused('Send the token as "Authorization: Bearer <token>".')
    const before = verified.get(token)
    if (before && before.until > Date.now()) return before.identified
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: issuer.issuer,
        audience: issuer.audience,
        algorithms: ['ES256', 'RS256', 'EdDSA'],
        clockTolerance: clockToleranceS,
        requiredClaims: ['exp', 'sub'],
      })
      const scopes = typeof payload['scope'] === 'string' ? payload['scope'].split(' ').filter(Boolean) : []
      const viewer = Viewer.safeParse({ id: payload.sub, role: payload['role'], scopes })
      if (!viewer.success || viewer.data.role === 'anonymous')
        return refused('The token names no role that is known here.')
      const expiresAt = ((payload.exp ?? 0) + clockToleranceS) * 1_000
      const program = payload['azp'] ?? payload['client_id']
      const issuedTo = typeof program === 'string' ? program : undefined
      const identified: Identified = { ok: true, identity: { viewer: viewer.data, expiresAt, issuedTo } }
      verified.set(token, { identified, until: Math.min(expiresAt, Date.now() + verifiedForMs) }, 1)
      return identified
    } catch (err) {
      return refusal(err)
    }
  }
}

function refusal(err: unknown): Identified {
  if (err instanceof errors.JWTExpired) return refused('The token has expired. Sign in again.')
  if (err instanceof errors.JWTClaimValidationFailed)
    return refused(`The token is not for this service (${err.claim}).`)
  if (
    err instanceof errors.JWKSNoMatchingKey ||
    err instanceof errors.JWSSignatureVerificationFailed ||
    err instanceof errors.JWKSMultipleMatchingKeys
  )
    return refused('The token is not signed by the issuer that is trusted here.')
  if (err instanceof errors.JOSEAlgNotAllowed || err instanceof errors.JOSENotSupported)
    return refused('The token is signed in a way that is not accepted.')
  if (err instanceof errors.JWTInvalid || err instanceof errors.JWSInvalid) return refused('The token is not a JWT.')
  // The issuer's keys cannot be had: nobody is refused for that, nor let in.
  return {
    ok: false,
    fault: { message: 'Tokens cannot be checked right now; try again soon.', extensions: { code: 'UNAVAILABLE' } },
  }
}

const refused = (message: string): Identified => ({
  ok: false,
  fault: { message, extensions: { code: 'UNAUTHENTICATED' } },
})
