/** Which text runs for a request, or why none does. */
import type { Fault } from '../execute/trouble.ts'
import type { GraphQLRequest } from '../request.ts'
import type { Enforcement } from './files.ts'
import { isSha256, sha256 } from './names.ts'
import type { Catalogue, Published } from './registry.ts'

export type Decision =
  | { readonly kind: 'published'; readonly operation: Published }
  /** A text that is not published for this client; `remember` when it is to be known by its hash from now on. */
  | { readonly kind: 'text'; readonly text: string; readonly remember: boolean }
  /** A hash that may stand for a text which a client sent before. */
  | { readonly kind: 'recall'; readonly sha256: string }
  | { readonly kind: 'refused'; readonly fault: Fault }

/**
 * Looks only into the client's own catalogue, so neither the answer nor the time it takes says what others have published.
 * A text that comes with an id must be the one that the id stands for.
 */
export function decide(request: GraphQLRequest, catalogue: Catalogue, enforcement: Enforcement): Decision {
  const { query, documentId, persistedHash } = request
  if (documentId !== undefined) {
    const operation = catalogue.byId(documentId)
    if (operation) return query === undefined || query === operation.text ? run(operation) : refused(mismatch)
    const hash = documentId.startsWith('sha256:') ? documentId.slice('sha256:'.length) : ''
    if (query === undefined && enforcement !== 'known' && isSha256(hash)) return { kind: 'recall', sha256: hash }
    return refused(notPublished('There is no operation of this id for this client.'))
  }
  if (persistedHash !== undefined) {
    const operation = catalogue.byId(isSha256(persistedHash) ? `sha256:${persistedHash}` : persistedHash)
    if (operation) return query === undefined || query === operation.text ? run(operation) : refused(mismatch)
    if (query === undefined) {
      if (enforcement === 'known') return refused(notSupported)
      return isSha256(persistedHash) ? { kind: 'recall', sha256: persistedHash } : refused(notFound)
    }
    if (sha256(query) !== persistedHash) return refused(mismatch)
  }
  if (query === undefined) return refused(notPublished('Name an operation.'))
  const operation = catalogue.byText(query)
  if (operation && (operation.life.state !== 'retired' || enforcement === 'known')) return run(operation)
  if (enforcement === 'known') return refused(notPublished('This client runs published operations only; this is none.'))
  return { kind: 'text', text: query, remember: persistedHash !== undefined }
}

const run = (operation: Published): Decision => {
  const { life } = operation
  if (life.state !== 'retired') return { kind: 'published', operation }
  const { retiredAt } = life
  return refused(notPublished(`This operation was retired on ${retiredAt.slice(0, 10)}.`, { retiredAt }))
}

const refused = (fault: Fault): Decision => ({ kind: 'refused', fault })

/** The code that Apollo's router has for it. */
const notPublished = (message: string, facts: Readonly<Record<string, unknown>> = {}): Fault => ({
  message,
  extensions: { code: 'PERSISTED_QUERY_NOT_IN_LIST', ...facts },
})

// Apollo's clients know these by message or code: the first makes them send the text, the second makes them go on with texts.
export const notFound: Fault = {
  message: 'PersistedQueryNotFound',
  extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' },
}
const notSupported: Fault = {
  message: 'PersistedQueryNotSupported',
  extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' },
}
const mismatch: Fault = { message: 'provided sha does not match query', extensions: { code: 'BAD_REQUEST' } }
