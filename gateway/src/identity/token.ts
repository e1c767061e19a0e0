/** The only place that verifies tokens. Subgraphs trust only what the gateway signs. */
import { anonymous, Viewer } from '@holdfast/service/identity'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import { type Refused, type ResponseError, refuse } from '../core/errors.ts'
import { credentials } from '../core/messages.ts'

/** Any OIDC issuer. */
export interface TokenIssuer {
  readonly jwksUrl: string
  readonly issuer: string
  readonly audience: string
}

interface TokenIdentity {
  readonly viewer: Viewer
  /** Milliseconds since 1970 at which the token expires; undefined for anonymous. */
  readonly expiresAt: number | undefined
  /** The program that the token was issued to, by its `azp` or `client_id` claim (RFC 9068, 2.2). */
  readonly issuedTo: string | undefined
}

type VerifiedToken = { readonly ok: true; readonly identity: TokenIdentity } | Refused

/** Reads the value of an Authorization header. Without one the viewer is anonymous. */
export type VerifyToken = (authorization: string | undefined) => Promise<VerifiedToken>

const nobody: VerifiedToken = { ok: true, identity: { viewer: anonymous, expiresAt: undefined, issuedTo: undefined } }
const clockToleranceS = 30
const verifiedForMs = 60_000 // Verifying a signature costs more than most requests; a withdrawn signing key counts a minute longer.
const verifiedTokens = 10_000

/** Without an issuer tokens are not read, and every viewer is anonymous. */
export function tokenVerifier(issuer: TokenIssuer | undefined): VerifyToken {
  if (!issuer) return async () => nobody
  const keys = createRemoteJWKSet(new URL(issuer.jwksUrl), {
    cacheMaxAge: 600_000,
    cooldownDuration: 30_000, // However many unknown keys are named, the issuer is asked at most twice a minute.
    timeoutDuration: 2_000,
  })
  const verified = new LRUCache<string, { readonly token: VerifiedToken; readonly until: number }>({
    max: verifiedTokens,
  })

  return async (authorization) => {
    if (!authorization?.trim()) return nobody
    const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
    if (!token) return refuse(credentials.noBearer)
    const before = verified.get(token)
    if (before && before.until > Date.now()) return before.token
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
      if (!viewer.success || viewer.data.role === 'anonymous') return refuse(credentials.unknownRole)
      const expiresAt = ((payload.exp ?? 0) + clockToleranceS) * 1_000
      const program = payload['azp'] ?? payload['client_id']
      const issuedTo = typeof program === 'string' ? program : undefined
      const fresh: VerifiedToken = { ok: true, identity: { viewer: viewer.data, expiresAt, issuedTo } }
      verified.set(token, { token: fresh, until: Math.min(expiresAt, Date.now() + verifiedForMs) })
      return fresh
    } catch (err) {
      return refuse(reasonOf(err))
    }
  }
}

function reasonOf(err: unknown): ResponseError {
  if (err instanceof errors.JWTExpired) return credentials.expired
  if (err instanceof errors.JWTClaimValidationFailed) return credentials.otherService(err.claim)
  if (
    err instanceof errors.JWKSNoMatchingKey ||
    err instanceof errors.JWSSignatureVerificationFailed ||
    err instanceof errors.JWKSMultipleMatchingKeys
  )
    return credentials.otherIssuer
  if (err instanceof errors.JOSEAlgNotAllowed || err instanceof errors.JOSENotSupported) return credentials.algorithm
  if (err instanceof errors.JWTInvalid || err instanceof errors.JWSInvalid) return credentials.noJwt
  // The issuer's keys cannot be fetched: this says nothing about the token, but without keys no token is accepted.
  return credentials.notVerifiable
}
