import { isObject, type JsonObject } from '../execute/json.ts'
import type { Fault } from '../execute/trouble.ts'

/** The text that a subgraph replied with, or the one fault for which there is none. */
export type Reply =
  | { readonly kind: 'replied'; readonly text: string }
  | { readonly kind: 'failed'; readonly fault: Fault }

/** What a reply says. */
export type Answer =
  | { readonly kind: 'answered'; readonly data: JsonObject | null; readonly errors: readonly SubgraphError[] }
  | { readonly kind: 'failed'; readonly fault: Fault }

export interface SubgraphError extends Fault {
  readonly path: readonly (string | number)[] | undefined
}

export const unavailable: Fault = {
  message: 'A part of the service is not reachable right now. Nothing is lost; try again in a few seconds.',
  extensions: { code: 'UNAVAILABLE' },
}

export const brokenAnswer: Fault = {
  message: 'Something went wrong on our side.',
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
}

const neverTold = new Set(['stacktrace', 'exception', 'serviceName', 'service', 'tracing', 'ftv1'])
/** What clients are told beside the message where not all is for them: frameworks put causes, queries and hosts into the rest. */
const alwaysTold = ['code', 'reference', 'retryAfter']
/** Without a path they speak of the request, and that was written here. */
const aboutTheRequest = new Set<unknown>([
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
])

/** What of subgraphs' errors clients are told: all but stacks; or no message that was not meant for them, and these extensions too. */
export type Told = 'all' | { readonly extensions: readonly string[] }

/**
 * Reads a GraphQL response. Of errors it keeps message, path and extensions, never a stack. Unless all is told, a message
 * that no subgraph meant for clients (no code, or INTERNAL_SERVER_ERROR) is replaced, and of the extensions only those
 * remain that are known to be for clients.
 */
export function readAnswer(response: unknown, told: Told): Answer {
  if (!isObject(response)) return { kind: 'failed', fault: brokenAnswer }
  const { data, errors } = response
  const read = Array.isArray(errors) ? errors.map((error) => readError(error, told)) : []
  if (isObject(data)) return { kind: 'answered', data, errors: read }
  if (read.length > 0) return { kind: 'answered', data: null, errors: read }
  return { kind: 'failed', fault: brokenAnswer }
}

/** As `readAnswer`, of a reply as it came. */
export function readReply(reply: Reply, told: Told): Answer {
  if (reply.kind === 'failed') return reply
  try {
    return readAnswer(JSON.parse(reply.text), told)
  } catch {
    return { kind: 'failed', fault: brokenAnswer }
  }
}

export function readError(error: unknown, told: Told): SubgraphError {
  if (!isObject(error)) return { ...brokenAnswer, path: undefined }
  const { message, path, extensions } = error
  const said = isObject(extensions) ? extensions : {}
  const code = isPlain(said['code']) && (path || !aboutTheRequest.has(said['code'])) ? said['code'] : undefined
  const meant = typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR'
  return {
    message:
      typeof message === 'string' && (meant || told === 'all' || typeof said['reference'] === 'string')
        ? message
        : brokenAnswer.message,
    extensions: { ...toldOf(said, told), code: code ?? 'INTERNAL_SERVER_ERROR' },
    path: Array.isArray(path) ? path.filter((part) => typeof part === 'string' || typeof part === 'number') : undefined,
  }
}

const isPlain = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number'

const toldOf = (extensions: JsonObject, told: Told): JsonObject =>
  Object.fromEntries(
    Object.entries(extensions).filter(
      ([name, value]) =>
        !neverTold.has(name) &&
        (told === 'all' || told.extensions.includes(name) || (alwaysTold.includes(name) && isPlain(value))),
    ),
  )
