import type { RegisteredClient } from '@holdfast/operations'
import type { Viewer } from '@holdfast/service/identity'

/** What a request or a connection brings to say who sends it. */
export interface Credentials {
  /** Value of the Authorization header, or of `authorization` in a WebSocket's `connection_init`. */
  readonly authorization: string | undefined
  /** Value of the X-API-Key header, or of `apiKey` in a WebSocket's `connection_init`. */
  readonly apiKey: string | undefined
  /** IP address that it comes from. */
  readonly address: string
}

/** Who sends a request: a person or nobody, by means of a client program. */
export interface Requester {
  readonly viewer: Viewer
  /** Milliseconds since 1970 at which the token expires; undefined for anonymous viewers. */
  readonly expiresAt: number | undefined
  /** The client program as it is registered now, found by its key or by the token; undefined when it is not registered. */
  readonly client: RegisteredClient | undefined
  /** Aborted when the API key is revoked or gets other rights: connections that it opened then end. */
  readonly keyChanged: AbortSignal | undefined
  /** Requests with the same value share limits: those of a person, else of a partner, else of an address. */
  readonly limitKey: string
  /** As in `Credentials`. */
  readonly address: string
}

/** Calls `listener` when the requester's key changes, at once if it has; the returned function removes the listener. */
export function whenKeyChanged({ keyChanged }: Requester, listener: () => void): () => void {
  if (keyChanged?.aborted) listener()
  keyChanged?.addEventListener('abort', listener, { once: true })
  return () => keyChanged?.removeEventListener('abort', listener)
}

const longestTimerMs = 2 ** 31 - 1 // Node's limit, 24 days

/** Calls `listener` when the requester's token expires. A token that outlives Node's longest timer ends with that. */
export const whenExpired = ({ expiresAt }: Requester, listener: () => void): NodeJS.Timeout | undefined =>
  expiresAt === undefined ? undefined : setTimeout(listener, Math.min(expiresAt - Date.now(), longestTimerMs))
