/** Who asks: a person, or nobody, through a program. Every door makes one of what it was sent. */
import type { Viewer } from '@holdfast/service'
import type { Fault } from './execute/trouble.ts'
import type { Identify } from './identity.ts'

/** What a request or a connection brought to say who it is. */
export interface Credentials {
  /** Value of the Authorization header, or of `authorization` in a WebSocket's `connection_init`. */
  readonly authorization: string | undefined
  /** IP address it comes from. */
  readonly address: string
}

export interface Caller {
  readonly viewer: Viewer
  /** Milliseconds since 1970 at which the token ends; undefined for anonymous. */
  readonly expiresAt: number | undefined
  /** What is counted together when there are limits: a person's requests, or those of one address where nobody signed in. */
  readonly key: string
}

export type Called = { readonly ok: true; readonly caller: Caller } | { readonly ok: false; readonly fault: Fault }
export type Recognise = (credentials: Credentials) => Promise<Called>

export const recogniseBy =
  (identify: Identify): Recognise =>
  async ({ authorization, address }) => {
    const identified = await identify(authorization)
    if (!identified.ok) return identified
    const { viewer, expiresAt } = identified.identity
    const key = viewer.role === 'anonymous' ? `address ${address}` : `${viewer.role} ${viewer.id}`
    return { ok: true, caller: { viewer, expiresAt, key } }
  }
