import { randomUUID } from 'node:crypto'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { isUuid, type Viewer } from '../identity/signed-identity.ts'
import type { Log } from '../process/log.ts'
import { isUnavailable } from '../process/unavailable.ts'
import { messages } from './messages.ts'

/** The closed list of top-level errors that are thrown. Expected refusals are data in the schema, never one of these. */
const codes = ['UNAUTHENTICATED', 'FORBIDDEN', 'BAD_USER_INPUT', 'RATE_LIMITED', 'UNAVAILABLE'] as const

const shownToClients = new Set<unknown>([...codes, 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_REQUEST'])

export const graphqlError = (code: (typeof codes)[number], message: string) =>
  new GraphQLError(message, { extensions: { code } })

/** Throws UNAUTHENTICATED when nobody is signed in. */
export function requireSignedIn(viewer: Viewer): void {
  if (viewer.role === 'anonymous') throw graphqlError('UNAUTHENTICATED', messages.signInFirst)
}

/** The id of the customer who asks. Throws UNAUTHENTICATED or FORBIDDEN. */
export function requireCustomer(viewer: Viewer): string {
  requireSignedIn(viewer)
  if (viewer.role !== 'customer') throw graphqlError('FORBIDDEN', messages.customersOnly)
  if (!isUuid(viewer.id)) throw graphqlError('FORBIDDEN', messages.customerIdNotUuid)
  return viewer.id
}

/** The id of the operator who asks. Throws UNAUTHENTICATED or FORBIDDEN. */
export function requireOperator(viewer: Viewer): string {
  requireSignedIn(viewer)
  if (viewer.role !== 'operator') throw graphqlError('FORBIDDEN', messages.operatorsOnly)
  return viewer.id
}

/** Shows errors of the closed list; every other becomes one neutral error with a reference, its cause in the log. */
export const formatErrors =
  (log: Log) =>
  (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { message, path, locations, extensions } = formatted
    const where = { ...(locations && { locations }), ...(path && { path }) }
    if (shownToClients.has(extensions?.['code']))
      return { message, ...where, extensions: { code: extensions?.['code'] } }
    const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error
    const reference = randomUUID()
    if (isUnavailable(cause)) {
      log.warn({ err: cause, reference }, 'dependency unavailable')
      return { message: messages.unavailable, ...where, extensions: { code: 'UNAVAILABLE', reference } }
    }
    log.error({ err: cause, reference }, 'unexpected error')
    return { message: messages.internal, ...where, extensions: { code: 'INTERNAL_SERVER_ERROR', reference } }
  }
