/** A GraphQL request as it comes, by whichever door. */
import { isObject } from './execute/json.ts'
import type { Fault } from './execute/trouble.ts'

/** Names its document by text, by id, or by both. */
export interface GraphQLRequest {
  readonly query: string | undefined
  /** https://github.com/graphql/graphql-over-http/pull/264: the id of a document that the gateway knows. */
  readonly documentId: string | undefined
  /** `extensions.persistedQuery.sha256Hash`, as Apollo's clients send it: the text's SHA-256, or an id from their manifest. */
  readonly persistedHash: string | undefined
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
}

export type ReadRequest =
  | { readonly ok: true; readonly request: GraphQLRequest }
  | { readonly ok: false; readonly fault: Fault }

/** Reads the members that GraphQL over HTTP and Apollo's clients name; `null` counts as absent. */
export function readRequest(value: unknown): ReadRequest {
  if (Array.isArray(value)) return wrong('Send one operation per request; batches are not answered here.')
  if (!isObject(value)) return wrong('The request must be a JSON object.')
  const { query, documentId, operationName, variables, extensions } = value
  for (const [name, text] of Object.entries({ query, documentId, operationName }))
    if (!isAbsent(text) && typeof text !== 'string') return wrong(`"${name}" must be a text.`)
  if (!isAbsent(variables) && !isObject(variables)) return wrong('"variables" must be an object.')
  if (!isAbsent(extensions) && !isObject(extensions)) return wrong('"extensions" must be an object.')
  const persisted = isObject(extensions) ? extensions['persistedQuery'] : undefined
  const persistedHash = hashIn(persisted)
  if (!isAbsent(persisted) && persistedHash === undefined)
    return wrong('"extensions.persistedQuery" must have "version": 1 and "sha256Hash", a text.')
  const request: GraphQLRequest = {
    query: textOf(query),
    documentId: textOf(documentId),
    persistedHash,
    operationName: textOf(operationName),
    variables: isObject(variables) ? variables : {},
  }
  if (request.query === undefined && request.documentId === undefined && request.persistedHash === undefined)
    return wrong('"query" must be a text that is not empty, or "documentId" name a known document.')
  return { ok: true, request }
}

const hashIn = (persistedQuery: unknown): string | undefined =>
  isObject(persistedQuery) && persistedQuery['version'] === 1 ? textOf(persistedQuery['sha256Hash']) : undefined

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined
const isAbsent = (value: unknown): boolean => value === undefined || value === null
const wrong = (message: string): ReadRequest => ({ ok: false, fault: { message, extensions: { code: 'BAD_REQUEST' } } })
