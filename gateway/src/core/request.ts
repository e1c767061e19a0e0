import { type Refused, refuse } from './errors.ts'
import { isObject } from './json.ts'
import { request as messages } from './messages.ts'

/** A GraphQL request as it comes by any transport. It names its document by text, by id, or by both. */
export interface GraphQLRequest extends Omit<OperationRequest, 'query'> {
  readonly query: string | undefined
  /** https://github.com/graphql/graphql-over-http/pull/264: the id of a document that the gateway knows. */
  readonly documentId: string | undefined
  /** `extensions.persistedQuery.sha256Hash`, as Apollo's clients send it: the text's SHA-256, or an id from their manifest. */
  readonly persistedHash: string | undefined
}

/** A request with the text of its document. */
export interface OperationRequest {
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
}

export type ReadRequest = { readonly ok: true; readonly request: GraphQLRequest } | Refused

/** Reads the members that GraphQL over HTTP and Apollo's clients name; `null` counts as absent. */
export function readRequest(value: unknown): ReadRequest {
  if (Array.isArray(value)) return refuse(messages.isBatch)
  if (!isObject(value)) return refuse(messages.isNoObject)
  const { query, documentId, operationName, variables, extensions } = value
  for (const [name, text] of Object.entries({ query, documentId, operationName }))
    if (!isAbsent(text) && typeof text !== 'string') return refuse(messages.isNoText(name))
  if (!isAbsent(variables) && !isObject(variables)) return refuse(messages.isNoMap('variables'))
  if (!isAbsent(extensions) && !isObject(extensions)) return refuse(messages.isNoMap('extensions'))
  const persisted = isObject(extensions) ? extensions['persistedQuery'] : undefined
  const persistedHash = hashIn(persisted)
  if (!isAbsent(persisted) && persistedHash === undefined) return refuse(messages.isNoPersistedQuery)
  const request: GraphQLRequest = {
    query: textOf(query),
    documentId: textOf(documentId),
    persistedHash,
    operationName: textOf(operationName),
    variables: isObject(variables) ? variables : {},
  }
  if (request.query === undefined && request.documentId === undefined && request.persistedHash === undefined)
    return refuse(messages.isEmpty)
  return { ok: true, request }
}

const hashIn = (persistedQuery: unknown): string | undefined =>
  isObject(persistedQuery) && persistedQuery['version'] === 1 ? textOf(persistedQuery['sha256Hash']) : undefined

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined
const isAbsent = (value: unknown): boolean => value === undefined || value === null
