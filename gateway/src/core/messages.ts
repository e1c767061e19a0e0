/**
 * Every sentence that clients of the gateway read: messages of GraphQL errors, reasons of closed WebSockets. Programs go by the codes,
 * which are part of the public interface; the sentences may change. What persisted operations say is in `@holdfast/operations`.
 */
import { type ResponseError, responseError } from './errors.ts'

const badRequest = (message: string) => responseError('BAD_REQUEST', message)
const unauthenticated = (message: string) => responseError('UNAUTHENTICATED', message)
const invalid = (message: string) => responseError('GRAPHQL_VALIDATION_FAILED', message)
const internal = (message: string) => responseError('INTERNAL_SERVER_ERROR', message)

/** The request as HTTP or WebSocket carries it. */
export const request = {
  isBatch: badRequest('Batches are not supported. Send one operation per request.'),
  isNoObject: badRequest('The request must be a JSON object.'),
  isNoText: (name: string) => badRequest(`"${name}" must be a string.`),
  isNoMap: (name: string) => badRequest(`"${name}" must be an object.`),
  isNoPersistedQuery: badRequest('"extensions.persistedQuery" must have "version": 1 and "sha256Hash", a string.'),
  isEmpty: badRequest('"query" must be a non-empty string, or "documentId" must name a known document.'),
  isNoJson: (name: string) => badRequest(`"${name}" is not JSON. Send a JSON object.`),
  bodyIsNoJson: badRequest('The body is not JSON. Send a JSON object.'),
  bodyIsNoJsonType: badRequest('Send the request as application/json in UTF-8.'),
  bodyTooLarge: badRequest,
  methodNotAllowed: badRequest('Send queries by GET or POST.'),
  mutationByGet: badRequest('Send mutations by POST.'),
  notAcceptable: badRequest('Accept application/json.'),
  subscriptionNotAcceptable: badRequest(
    'For a subscription, accept text/event-stream or use graphql-transport-ws at this address.',
  ),
} as const

/** Tokens and API keys. Also reasons in WebSocket close frames: at most 123 bytes (RFC 6455, 5.5). */
export const credentials = {
  unknownKey: unauthenticated('The API key is unknown or has been revoked. Send a valid key.'),
  keyChanged: unauthenticated('The API key has changed or was revoked. Subscribe again with a valid key.'),
  noBearer: unauthenticated('Send the token as "Authorization: Bearer <token>".'),
  expired: unauthenticated('The token has expired. Sign in again.'),
  unknownRole: unauthenticated('The token has no role that is known here. Sign in again.'),
  otherService: (claim: string) =>
    unauthenticated(`The token was not issued for this service (${claim}). Sign in again.`),
  otherIssuer: unauthenticated('The token is not signed by the trusted issuer. Sign in again.'),
  algorithm: unauthenticated('The token is signed with an algorithm that is not accepted. Sign in again.'),
  noJwt: unauthenticated('The token is not a JWT. Sign in again.'),
  notVerifiable: responseError('UNAVAILABLE', 'Tokens cannot be verified at the moment. Try again in a few seconds.'),
} as const

/** The document, its operation and its variables. */
export const operation = {
  /** All that production says about an invalid document: more would reveal the schema. */
  invalid: invalid('The operation is not valid for this schema.'),
  conditionOnSubscription: invalid('The root field of a subscription must not depend on @include or @skip.'),
  invalidBecause: invalid,
  tooDeep: (code: string) =>
    responseError(code, 'The operation is too large: it is nested too deeply. Split it into several operations.'),
  tooLarge: (has: number, what: string, allowed: number) =>
    invalid(
      `The operation is too large: ${has} ${what}, at most ${allowed} are allowed. Split it into several operations.`,
    ),
  none: responseError('OPERATION_RESOLUTION_FAILURE', 'The document has no operation. Check "query".'),
  noneOfThisName: responseError(
    'OPERATION_RESOLUTION_FAILURE',
    'The document has no operation of this name. Check "operationName".',
  ),
  several: responseError(
    'OPERATION_RESOLUTION_FAILURE',
    'The document has several operations. Select one by "operationName".',
  ),
  notPlannable: internal('The supergraph has no way to answer this operation.'),
  variables: responseError('BAD_USER_INPUT', 'The variables do not fit the operation. Check their names and types.'),
  variablesBecause: (message: string) => responseError('BAD_USER_INPUT', message),
  variablesTooDeep: 'The variables are nested too deeply.',
  needsSlicing: (field: string, names: readonly string[]) =>
    `"${field}" needs ${names.length > 1 ? 'exactly one of ' : ''}${names.map((name) => `"${name}"`).join(', ')}.`,
  sliceTooLarge: (field: string, items: number) => `"${field}" may be asked for at most ${items} items.`,
} as const

/** What limits refuse. `open` is also a reason in WebSocket close frames: at most 123 bytes (RFC 6455, 5.5). */
export const limits = {
  cost: (cost: number, limit: number) =>
    responseError(
      'COST_ESTIMATED_TOO_EXPENSIVE',
      `The operation may cost ${cost} points; at most ${limit} are allowed. Ask for shorter lists or fewer fields.`,
      { cost, limit },
    ),
  /** Without a time to wait: waiting does not help. */
  rateInOneOperation: (times: number, allowed: number) =>
    responseError(
      'RATE_LIMITED',
      `The operation uses a rate-limited field ${times} times; at most ${allowed} times are allowed at once. Use it fewer times.`,
    ),
  rate: (retryAfterS: number) =>
    responseError('RATE_LIMITED', `Too many requests. Try again in ${retryAfterS} s.`, { retryAfterS }),
  rateNotCountable: (retryAfterS: number) =>
    responseError('UNAVAILABLE', 'This is not possible at the moment. Try again in a few seconds.', { retryAfterS }),
  open: (what: string, allowed: number, retryAfterS: number) =>
    responseError('RATE_LIMITED', `Too many ${what}: ${allowed} are open. Close some, or try again later.`, {
      retryAfterS,
    }),
  operationsOnConnection: responseError(
    'RATE_LIMITED',
    'Too many operations on this connection. Wait until some have ended.',
  ),
} as const

/** Access to types and fields. */
export const access = {
  signIn: unauthenticated('Sign in first: send a bearer token.'),
  forbidden: responseError('FORBIDDEN', 'You are not allowed to see this.'),
} as const

/** Subgraphs and what they return. */
export const subgraphs = {
  unavailable: responseError(
    'UNAVAILABLE',
    'A part of the service cannot be reached at the moment. Nothing is lost. Try again in a few seconds.',
  ),
  nullForNonNull: (coordinate: string) => internal(`Cannot return null for non-nullable field ${coordinate}.`),
  wrongType: (coordinate: string, type: string) => internal(`The value of ${coordinate} is not of type ${type}.`),
} as const

export const internalError: ResponseError = internal('Something went wrong on the server. Try again later.')

/** Why subscriptions end. */
export const subscriptions = {
  tooSlow: responseError(
    'TOO_SLOW',
    'This connection is too slow for the events of the subscription. Subscribe again to get the current state.',
  ),
  notInNewSchema: (reason: string) =>
    responseError(
      'SUBSCRIPTION_SCHEMA_RELOAD',
      `The schema has changed, and this subscription is not valid any more. Update the client. ${reason}`.trimEnd(),
    ),
  noLongerAllowed: 'You are no longer allowed to see it.',
} as const

/** Reasons in WebSocket close frames: at most 123 bytes (RFC 6455, 5.5). */
export const closeReasons = {
  keyChanged: 'The API key has changed or was revoked. Connect again with a valid key.',
  tokenExpired: 'The token has expired. Connect again with a new one.',
  restart: 'The server restarts. Connect again.',
  idInUse: 'An operation with this id is running. Use a new id.',
  internalError: 'Internal server error. Try again later.',
} as const
