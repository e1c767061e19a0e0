/** Who asks: a person, or nobody, through a program. Every door makes one of what it was sent. */
import type { Viewer } from '@holdfast/service/identity'
import type { Fault } from './execute/trouble.ts'
import type { Identify } from './identity.ts'
import { rejected } from './meter.ts'
import type { CurrentRegistry } from './operations/current.ts'
import type { RegisteredClient } from './operations/registry.ts'

/** What a request or a connection brought to say who it is. */
export interface Credentials {
  /** Value of the Authorization header, or of `authorization` in a WebSocket's `connection_init`. */
  readonly authorization: string | undefined
  /** Value of the X-API-Key header, or of `apiKey` in a WebSocket's `connection_init`. */
  readonly apiKey: string | undefined
  /** IP address it comes from. */
  readonly address: string
}

export interface Caller {
  readonly viewer: Viewer
  /** Milliseconds since 1970 at which the token ends; undefined for anonymous. */
  readonly expiresAt: number | undefined
  /** The program that asks, by its key or by whom the token was issued to, as it is now; undefined when it is not registered. */
  readonly client: RegisteredClient | undefined
  /** Aborted when the key that was brought is revoked or may no longer do the same; what it opened ends then. */
  readonly withdrawn: AbortSignal | undefined
  /** What is counted together when there are limits: a person's requests, or those of one partner or address where nobody signed in. */
  readonly key: string
  /** As `Credentials` have it. */
  readonly address: string
}

export type Called = { readonly ok: true; readonly caller: Caller } | { readonly ok: false; readonly fault: Fault }
export type Recognise = (credentials: Credentials) => Promise<Called>

export const recogniseBy =
  (identify: Identify, registry: CurrentRegistry): Recognise =>
  async ({ authorization, apiKey, address }) => {
    const partner = apiKey === undefined ? undefined : registry.recognise(apiKey)
    if (apiKey !== undefined && !partner) return rejection(badKey)
    const identified = await identify(authorization)
    if (!identified.ok) return rejection(identified.fault)
    const { viewer, expiresAt, issuedTo } = identified.identity
    const client = partner?.client ?? (issuedTo === undefined ? undefined : registry.registry().appByToken(issuedTo))
    const caller: Caller = {
      viewer: client ? seenThrough(client, viewer) : viewer,
      expiresAt,
      // A WebSocket may have been opened when other operations were published, or another rate was agreed.
      get client() {
        return client && (registry.registry().clients.get(client.name) ?? client)
      },
      withdrawn: partner?.withdrawn,
      address,
      key:
        viewer.role !== 'anonymous'
          ? `${viewer.role} ${viewer.id}`
          : client
            ? `client ${client.name}`
            : `address ${address}`,
    }
    return { ok: true, caller }
  }

/** Calls `listener` when what the caller may do is withdrawn, at once if it is; the returned function forgets it. */
export function whenWithdrawn({ withdrawn }: Caller, listener: () => void): () => void {
  if (withdrawn?.aborted) listener()
  withdrawn?.addEventListener('abort', listener, { once: true })
  return () => withdrawn?.removeEventListener('abort', listener)
}

function rejection(fault: Fault): Called {
  rejected.inc({ code: String(fault.extensions['code']) })
  return { ok: false, fault }
}

const badKey: Fault = {
  message: 'The API key is not known here, or it was revoked.',
  extensions: { code: 'UNAUTHENTICATED' },
}

/** A partner's scopes bound what anybody sees through it; of nobody in particular they are the scopes. */
function seenThrough({ file }: RegisteredClient, viewer: Viewer): Viewer {
  if (file.kind === 'app') return viewer
  const scopes = viewer.role === 'anonymous' ? file.scopes : viewer.scopes.filter((one) => file.scopes.includes(one))
  return { ...viewer, scopes }
}
