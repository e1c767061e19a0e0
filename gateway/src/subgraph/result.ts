import type { Viewer } from '@holdfast/service/identity'
import type { ResponseError } from '../core/errors.ts'
import { isObject, type JsonObject } from '../core/json.ts'
import { internalError } from '../core/messages.ts'

/** One request to a subgraph. */
export interface SubgraphRequest {
  readonly subgraph: string
  readonly body: string
  /** Whether it changes nothing: only then it may be sent twice, or once for two identical requests. */
  readonly reads: boolean
  readonly viewer: Viewer
  /** Milliseconds since 1970 after which the result is not needed any more. */
  readonly deadline: number
}

export interface Subgraphs {
  /** Never rejects: a subgraph that cannot be reached is a reply too. */
  send(request: SubgraphRequest): Promise<SubgraphReply>
  read(reply: SubgraphReply): SubgraphResult
}

/** The error because of which there is no reply or result. */
export interface Failure {
  readonly kind: 'failed'
  readonly error: ResponseError
}

/** The text that a subgraph replied with. */
export type SubgraphReply = { readonly kind: 'replied'; readonly text: string } | Failure

/** A reply after it was parsed. */
export type SubgraphResult =
  | { readonly kind: 'answered'; readonly data: JsonObject | null; readonly errors: readonly SubgraphError[] }
  | Failure

export interface SubgraphError extends ResponseError {
  readonly path: readonly (string | number)[] | undefined
}

/** Which errors of subgraphs clients see: in development all but stack traces. */
export interface ErrorVisibility {
  readonly production: boolean
  /** Extensions that clients see in production too, beside `visibleExtensions`. */
  readonly errorExtensions: readonly string[]
}

/** How subgraphs are reached, and what is shown of their errors. */
export interface SubgraphOptions extends ErrorVisibility {
  /** Shared with the subgraphs; without it requests are not signed. */
  readonly gatewaySecret: string | undefined
  /** Milliseconds that one request may take. */
  readonly subgraphTimeoutMs: number
}

const hiddenExtensions = new Set(['stacktrace', 'exception', 'serviceName', 'service', 'tracing', 'ftv1'])
/** Frameworks put causes, queries and host names into other extensions, so production shows only these. */
const visibleExtensions = ['code', 'reference', 'retryAfter']
/** Without a path these are about the request to the subgraph, which the gateway wrote, not the client. */
const codesAboutTheRequest = new Set<unknown>([
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
])

/**
 * Reads a GraphQL response. Of errors it keeps message, path and extensions, never a stack trace. In production it replaces messages
 * that the subgraph did not write for clients (no code, or INTERNAL_SERVER_ERROR), and keeps only extensions that are known to be for
 * clients.
 */
export function readResult(response: unknown, visibility: ErrorVisibility): SubgraphResult {
  if (!isObject(response)) return { kind: 'failed', error: internalError }
  const { data, errors } = response
  const read = Array.isArray(errors) ? errors.map((error) => readError(error, visibility)) : []
  if (isObject(data)) return { kind: 'answered', data, errors: read }
  if (read.length > 0) return { kind: 'answered', data: null, errors: read }
  return { kind: 'failed', error: internalError }
}

/** As `readResult`, of a reply that is still text. */
export function readReply(reply: SubgraphReply, visibility: ErrorVisibility): SubgraphResult {
  if (reply.kind === 'failed') return reply
  try {
    return readResult(JSON.parse(reply.text), visibility)
  } catch {
    return { kind: 'failed', error: internalError }
  }
}

export function readError(error: unknown, visibility: ErrorVisibility): SubgraphError {
  if (!isObject(error)) return { ...internalError, path: undefined }
  const { message, path, extensions } = error
  const given = isObject(extensions) ? extensions : {}
  const code = isPlain(given['code']) && (path || !codesAboutTheRequest.has(given['code'])) ? given['code'] : undefined
  const isForClients = typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR'
  return {
    message:
      typeof message === 'string' && (isForClients || !visibility.production || typeof given['reference'] === 'string')
        ? message
        : internalError.message,
    extensions: { ...visibleIn(given, visibility), code: code ?? 'INTERNAL_SERVER_ERROR' },
    path: Array.isArray(path) ? path.filter((part) => typeof part === 'string' || typeof part === 'number') : undefined,
  }
}

const isPlain = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number'

const visibleIn = (extensions: JsonObject, { production, errorExtensions }: ErrorVisibility): JsonObject =>
  Object.fromEntries(
    Object.entries(extensions).filter(
      ([name, value]) =>
        !hiddenExtensions.has(name) &&
        (!production || errorExtensions.includes(name) || (visibleExtensions.includes(name) && isPlain(value))),
    ),
  )
