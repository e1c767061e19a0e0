import type { CurrentRegistry, RegisteredClient } from '@holdfast/operations'
import type { Viewer } from '@holdfast/service/identity'
import { type Refused, type ResponseError, refuse } from '../core/errors.ts'
import { credentials } from '../core/messages.ts'
import type { Credentials, Requester } from '../core/requester.ts'
import { rejected } from '../metrics/requests.ts'
import type { VerifyToken } from './token.ts'

/** Finds out who sends a request: once per HTTP request, once per WebSocket. */
export type Authenticate = (
  credentials: Credentials,
) => Promise<{ readonly ok: true; readonly requester: Requester } | Refused>

export const authenticator =
  (verify: VerifyToken, registry: CurrentRegistry): Authenticate =>
  async ({ authorization, apiKey, address }) => {
    const partner = apiKey === undefined ? undefined : registry.partnerOf(apiKey)
    if (apiKey !== undefined && !partner) return rejection(credentials.unknownKey)
    const verified = await verify(authorization)
    if (!verified.ok) return rejection(verified.error)
    const { viewer, expiresAt, issuedTo } = verified.identity
    const client = partner?.client ?? (issuedTo === undefined ? undefined : registry.registry().appByToken(issuedTo))
    const requester: Requester = {
      viewer: client ? withScopesOf(client, viewer) : viewer,
      expiresAt,
      // Looked up each time: while a WebSocket is open, operations may be published and rates may change.
      get client() {
        return client && (registry.registry().clients.get(client.name) ?? client)
      },
      keyChanged: partner?.keyChanged,
      address,
      limitKey:
        viewer.role !== 'anonymous'
          ? `${viewer.role} ${viewer.id}`
          : client
            ? `client ${client.name}`
            : `address ${address}`,
    }
    return { ok: true, requester }
  }

function rejection(error: ResponseError): Refused {
  rejected.inc({ code: String(error.extensions['code']) })
  return refuse(error)
}

/** A partner's scopes limit what any viewer sees through it. An anonymous viewer has exactly the partner's scopes. */
function withScopesOf({ file }: RegisteredClient, viewer: Viewer): Viewer {
  if (file.kind === 'app') return viewer
  const scopes = viewer.role === 'anonymous' ? file.scopes : viewer.scopes.filter((one) => file.scopes.includes(one))
  return { ...viewer, scopes }
}
