/**
 * The viewer, as the gateway passes it to a subgraph. The gateway signs the viewer together with the exact body, for one
 * subgraph, for 30 seconds. A subgraph answers nothing else, so a captured header is of no use for another request.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

export const Role = z.enum(['customer', 'operator', 'vehicle', 'anonymous'])
export type Role = z.infer<typeof Role>

export const Viewer = z.object({
  /** The token's `sub`; empty for anonymous. For customers a UUID. */
  id: z.string(),
  role: Role,
  scopes: z.array(z.string()).default([]),
})
export type Viewer = z.infer<typeof Viewer>

/** Whether Postgres accepts the text as a uuid. An id that is not one names nothing. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

export const anonymous: Viewer = { id: '', role: 'anonymous', scopes: [] }

/** HTTP header of a signed request; a graphql-ws subscribe message has the same text in `extensions.identity`. */
export const identityHeader = 'x-holdfast-identity'

const Claims = z.object({ aud: z.string(), exp: z.number(), body: z.string(), viewer: Viewer })
const validForMs = 30_000

const digest = (body: string | Uint8Array) => createHash('sha256').update(body).digest('base64url')
const mac = (payload: string, secret: string) => createHmac('sha256', secret).update(payload).digest()

/** Signs `viewer` for one request to `audience` (the subgraph's name) with exactly this body. */
export function signIdentity(
  viewer: Viewer,
  audience: string,
  body: string | Uint8Array,
  secret: string,
  now = Date.now(),
): string {
  const claims = { aud: audience, exp: now + validForMs, body: digest(body), viewer }
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${payload}.${mac(payload, secret).toString('base64url')}`
}

/** The viewer when signature, audience, time and body are right; null otherwise, without saying which is wrong. */
export function verifyIdentity(
  signed: string | undefined,
  audience: string,
  body: string | Uint8Array,
  secret: string,
  now = Date.now(),
): Viewer | null {
  const [payload, signature] = signed?.split('.') ?? []
  if (!payload || !signature) return null
  const given = Buffer.from(signature, 'base64url')
  const expected = mac(payload, secret)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
  const claims = Claims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
  if (!claims.success) return null
  const { aud, exp, body: hash, viewer } = claims.data
  return aud === audience && exp > now && hash === digest(body) ? viewer : null
}

/** The signed part of a subscribe message. Both sides build it in this order. */
export const subscriptionBody = (payload: { query: string; variables?: unknown; operationName?: unknown }): string =>
  JSON.stringify([payload.query, payload.variables ?? null, payload.operationName ?? null])
