/**
 * Who is asking, as the gateway says it to a subgraph. The gateway signs the identity together with the exact body, for
 * one subgraph, for half a minute: a subgraph answers nothing else, and a captured header opens nothing else.
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

/** Whether Postgres would take it as a uuid; what is none names nothing. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

export const anonymous: Viewer = { id: '', role: 'anonymous', scopes: [] }

/** HTTP header of a signed request; the same text stands in `extensions.identity` of a graphql-ws subscribe message. */
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

/** The viewer when the signature, audience, time and body fit; null otherwise, without saying which did not. */
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
  const wanted = mac(payload, secret)
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null
  const claims = Claims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
  if (!claims.success) return null
  const { aud, exp, body: hash, viewer } = claims.data
  return aud === audience && exp > now && hash === digest(body) ? viewer : null
}

/** What is signed of a subscribe message: its operation and variables, in the order both sides build it. */
export const subscriptionBody = (payload: { query: string; variables?: unknown; operationName?: unknown }): string =>
  JSON.stringify([payload.query, payload.variables ?? null, payload.operationName ?? null])
