/** Operations in the graphql-transport-ws protocol, independent of the socket. */
import { inTrace, traceparent } from '@holdfast/service/process'
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  GraphQLSchema,
  Kind,
  type OperationTypeNode,
} from 'graphql'
import { CloseCode, type Context, makeServer, type Server, type SubscribePayload } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { AdmittedOperation } from '../admission/admit.ts'
import type { ResponseError } from '../core/errors.ts'
import { closeReasons, internalError, limits } from '../core/messages.ts'
import { readRequest } from '../core/request.ts'
import { type Requester, whenExpired, whenKeyChanged } from '../core/requester.ts'
import { refused, rejected } from '../metrics/requests.ts'
import { countClient, type EndReason } from '../metrics/subscriptions.ts'
import type { Channels } from '../subscriptions/channels.ts'
import { clientQueue, type Ending } from '../subscriptions/client-queue.ts'
import type { ClientConnection } from '../subscriptions/connection.ts'
import { deprecationNotice, withNoticeOnce } from './deprecation.ts'
import type { TransportOptions } from './http.ts'

const operationsLimit = 100 // at the same time on one socket
const tryAgainLater = 1013 // graphql-ws retries after this code a few times. After 4429 it never retries.

/** A client's socket. */
export interface WebSocketClient {
  readonly socket: WebSocket
  readonly connection: ClientConnection
  readonly address: string
  requester: Requester | undefined
  expiry: NodeJS.Timeout | undefined
  /** Ids of operations that are being admitted. */
  readonly starting: Set<string>
  /** Why its subscriptions end when the socket closes. */
  endReason: EndReason
}

/** An operation from its admission to its execution. */
interface StartedOperation extends AdmittedOperation {
  readonly id: string
  readonly client: WebSocketClient
  readonly requester: Requester
  /** Releases the slot of a subscription. */
  readonly release: (() => void) | undefined
  readonly traceparent: string | undefined
}

export function graphqlTransportWs(options: TransportOptions, channels: Channels): Server<WebSocketClient> {
  const { authenticate, admit, run, measure, concurrency, log } = options

  /** An unexpected error ends its operation, and no other on the socket. */
  const unexpected = (err: unknown): GraphQLError[] => {
    log.error({ err }, 'operation failed')
    return [asGraphQLError(internalError)]
  }

  const start = async (
    { extra: client, subscriptions }: Context<Record<string, unknown>, WebSocketClient>,
    id: string,
    payload: SubscribePayload,
  ) => {
    const read = readRequest(payload)
    if (!read.ok) {
      rejected.inc({ code: 'BAD_REQUEST' })
      return [asGraphQLError(read.error)]
    }
    const { requester } = client
    if (!requester || Object.keys(subscriptions).length > operationsLimit) {
      refused.inc({ limit: 'operations per connection' })
      return [asGraphQLError(limits.operationsOnConnection)]
    }
    const admitted = await admit(read.request, requester)
    if (!admitted.ok) return admitted.errors.map(asGraphQLError)
    const { type } = admitted.prepared.operation
    const given = payload.extensions?.['traceparent']
    const trace = inTrace(typeof given === 'string' ? given : undefined, traceparent)
    const slot = type === 'subscription' ? concurrency.subscription(requester) : undefined
    if (slot && !slot.ok) return [asGraphQLError(slot.error)]
    const started = { ...admitted, id, client, requester, release: slot?.release, traceparent: trace }
    // graphql-ws keeps what is returned here for as long as a subscription lasts, so it must not refer to a graph.
    const handover: Handover = { started }
    return { schema: noSchema, document: documentOf(type), contextValue: handover }
  }

  /**
   * Joins the channel. Events go to the socket directly, serialised once for all clients. The iterator that graphql-ws asks for yields
   * none, and ends when the subscription does.
   */
  const subscribe = (started: StartedOperation): AsyncIterableIterator<ExecutionResult> => {
    const { id, client, prepared, published, requester, traceparent } = started
    const opening = `{"id":${JSON.stringify(id)},"type":"next","payload":`
    const withNotice = withNoticeOnce(published)
    const { promise: over, resolve: end } = Promise.withResolvers<Ending>()
    const queue = clientQueue(client.connection, (payload) => `${opening}${withNotice(payload)}}`, end)
    const leave = channels.join(prepared, requester.viewer, traceparent, queue)
    const counted = countClient('websocket')
    const timed = inTrace(traceparent, () => measure('websocket', prepared))
    const removeListener = started.whenRefused((error) => queue.ended({ reason: 'not published', error }))
    const ended = over.then(({ reason, error }) => {
      removeListener()
      leave()
      started.release?.()
      counted(reason)
      timed(error && [error])
      return error
    })
    const done = { done: true, value: undefined } as const
    return {
      next: async () => {
        const error = await ended
        if (error) throw asGraphQLError(error) // graphql-ws sends it to the client, for this subscription only.
        return done
      },
      return: async () => {
        queue.close()
        end({ reason: client.endReason })
        return done
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  return makeServer<Record<string, unknown>, WebSocketClient>({
    connectionInitWaitTimeout: 3_000,

    onConnect: async ({ connectionParams, extra: client }) => {
      const { socket } = client
      const given = connectionParams?.['authorization'] ?? connectionParams?.['Authorization']
      const key = connectionParams?.['apiKey']
      const authenticated = await authenticate({
        authorization: typeof given === 'string' ? given : undefined,
        apiKey: key === undefined || key === null ? undefined : String(key),
        address: client.address,
      })
      if (socket.readyState !== socket.OPEN) return false // The client left during authentication.
      if (!authenticated.ok) {
        const isRefused = authenticated.error.extensions['code'] === 'UNAUTHENTICATED'
        socket.close(isRefused ? CloseCode.Unauthorized : tryAgainLater, authenticated.error.message)
        return false
      }
      const { requester } = authenticated
      client.requester = requester
      // Clients retry after this code: a key with other rights can then connect, a revoked one is refused.
      const removeListener = whenKeyChanged(requester, () => {
        client.endReason = 'key changed'
        socket.close(CloseCode.Forbidden, closeReasons.keyChanged)
      })
      socket.once('close', removeListener)
      const slot = concurrency.connection(requester)
      if (!slot.ok) {
        socket.close(tryAgainLater, slot.error.message)
        return false
      }
      socket.once('close', slot.release)
      client.expiry = whenExpired(requester, () => {
        client.endReason = 'token expired'
        socket.close(CloseCode.Forbidden, closeReasons.tokenExpired)
      })
      return true
    },

    onSubscribe: async (context, id, payload) => {
      const { socket, starting } = context.extra
      // A client may complete an operation that is still starting and use its id again. graphql-ws would confuse the two.
      if (starting.has(id)) {
        socket.close(CloseCode.SubscriberAlreadyExists, closeReasons.idInUse)
        return [new GraphQLError(closeReasons.idInUse)]
      }
      starting.add(id)
      return start(context, id, payload)
        .catch(unexpected)
        .finally(() => starting.delete(id))
    },

    execute: ({ contextValue }: ExecutionArgs) => {
      const { prepared, published, requester, traceparent } = take(contextValue)
      return inTrace(traceparent, async () => {
        const timed = measure('websocket', prepared)
        const { text, errors } = await run(prepared, requester.viewer)
        timed(errors)
        const extensions = deprecationNotice(published)
        return { ...(JSON.parse(text) as ExecutionResult), ...(extensions && { extensions }) }
      }).catch((err: unknown) => ({ errors: unexpected(err) }))
    },

    subscribe: ({ contextValue }: ExecutionArgs) => {
      const started = take(contextValue)
      try {
        return subscribe(started)
      } catch (err) {
        started.release?.()
        return { errors: unexpected(err) }
      }
    },
    onNext: (_context, _id, _payload, _args, result) => result,
  })
}

/** Passes an operation through graphql-ws, from `onSubscribe` to its execution, which takes it out. */
interface Handover {
  started: StartedOperation | undefined
}

function take(contextValue: unknown): StartedOperation {
  const handover = contextValue as Handover // From `start`.
  const { started } = handover
  handover.started = undefined
  if (!started) throw new Error('an operation is executed once')
  return started
}

/** graphql-ws looks only at the type of an operation. */
const noSchema = new GraphQLSchema({})
const documentOf = (operation: OperationTypeNode): DocumentNode => ({
  kind: Kind.DOCUMENT,
  definitions: [
    { kind: Kind.OPERATION_DEFINITION, operation, selectionSet: { kind: Kind.SELECTION_SET, selections: [] } },
  ],
})

const asGraphQLError = ({ message, extensions }: ResponseError): GraphQLError =>
  new GraphQLError(message, { extensions })
