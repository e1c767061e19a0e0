/** Decides which text runs for a request, or why none does. */
import type { Enforcement } from '../registry/files.ts'
import { isSha256, sha256 } from '../registry/names.ts'
import type { Catalogue, PublishedOperation } from '../registry/registry.ts'
import { type Refusal, refusals } from './messages.ts'

/** How a request names its operation. */
export interface OperationReference {
  readonly query: string | undefined
  readonly documentId: string | undefined
  /** `extensions.persistedQuery.sha256Hash`: the text's SHA-256, or an id from a manifest. */
  readonly persistedHash: string | undefined
}

export type Decision =
  | { readonly kind: 'published'; readonly operation: PublishedOperation }
  /** A text that is not published for this client. With `remember`, later requests may name it by its hash. */
  | { readonly kind: 'text'; readonly text: string; readonly remember: boolean }
  /** A hash of a text that a client may have sent before. */
  | { readonly kind: 'recall'; readonly sha256: string }
  | { readonly kind: 'refused'; readonly error: Refusal }

/**
 * Reads only the client's own catalogue, so neither the result nor the time that it takes reveals what others have published. A text
 * that comes with an id must be the text of that id.
 */
export function decide(request: OperationReference, catalogue: Catalogue, enforcement: Enforcement): Decision {
  const { query, documentId, persistedHash } = request
  if (documentId !== undefined) {
    const operation = catalogue.byId(documentId)
    if (operation) return query === undefined || query === operation.text ? run(operation) : refused(refusals.mismatch)
    const hash = documentId.startsWith('sha256:') ? documentId.slice('sha256:'.length) : ''
    if (query === undefined && enforcement !== 'known' && isSha256(hash)) return { kind: 'recall', sha256: hash }
    return refused(refusals.unknownId)
  }
  if (persistedHash !== undefined) {
    const operation = catalogue.byId(isSha256(persistedHash) ? `sha256:${persistedHash}` : persistedHash)
    if (operation) return query === undefined || query === operation.text ? run(operation) : refused(refusals.mismatch)
    if (query === undefined) {
      if (enforcement === 'known') return refused(refusals.notSupported)
      return isSha256(persistedHash) ? { kind: 'recall', sha256: persistedHash } : refused(refusals.notFound)
    }
    if (sha256(query) !== persistedHash) return refused(refusals.mismatch)
  }
  if (query === undefined) return refused(refusals.nothingNamed)
  const operation = catalogue.byText(query)
  if (operation && (operation.life.state !== 'retired' || enforcement === 'known')) return run(operation)
  if (enforcement === 'known') return refused(refusals.notPublished)
  return { kind: 'text', text: query, remember: persistedHash !== undefined }
}

const run = (operation: PublishedOperation): Decision =>
  operation.life.state === 'retired'
    ? refused(refusals.retired(operation.life.retiredAt))
    : { kind: 'published', operation }

const refused = (error: Refusal): Decision => ({ kind: 'refused', error })
