/** Operations in the graphql-transport-ws protocol, whoever carries its messages. */
import { inTrace, type Log, traceparent } from '@holdfast/service/process'
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
import type { Admission, AdmittedOperation } from '../admission.ts'
import type { Answering, Prepared } from '../answering.ts'
import { type Caller, whenWithdrawn } from '../caller.ts'
import type { Fault } from '../execute/trouble.ts'
import { type Meter, refused, rejected } from '../meter.ts'
import type { Open } from '../open.ts'
import type { Published } from '../operations/registry.ts'
import { readRequest } from '../request.ts'
import { brokenAnswer } from '../subgraph/answer.ts'
import type { Channels } from '../subscriptions/channels.ts'
import { atExpiry } from '../subscriptions/leaving.ts'
import { countClient, type EndReason } from '../subscriptions/measures.ts'
import { type Ending, type Listener, outlet } from '../subscriptions/outlet.ts'
import type { Wire } from '../subscriptions/wire.ts'
import { deprecationNotice, firstNoticed } from './deprecation.ts'

export interface ProtocolOptions {
  readonly admission: Admission
  readonly answering: Answering
  readonly channels: Channels
  readonly meter: Meter
  readonly open: Open
  readonly log: Log
}

const operationsLimit = 100 // open at once on one socket
const tryAgainLater = 1013 // Clients do, a few times; of 4429 graphql-ws gives up for good.

/** The other end of a socket. */
export interface Peer {
  readonly socket: WebSocket
  readonly wire: Wire
  readonly address: string
  caller: Caller | undefined
  expiry: NodeJS.Timeout | undefined
  /** Ids of operations that are being read and admitted. */
  readonly beginning: Set<string>
  /** Why its subscriptions end when the socket does. */
  leaves: EndReason
}

/** What an operation carries from being read to being run. */
interface Asked {
  readonly id: string
  readonly peer: Peer
  readonly prepared: Prepared
  readonly published: Published | undefined
  readonly whenRefused: AdmittedOperation['whenRefused']
  readonly caller: Caller
  /** Takes a subscription off its caller's count. */
  readonly leave: (() => void) | undefined
  readonly traceparent: string | undefined
}

export type Protocol = Server<Peer>

export function protocolOf({ admission, answering, channels, meter, open: counts, log }: ProtocolOptions): Protocol {
  const protocol = makeServer<Record<string, unknown>, Peer>({
    connectionInitWaitTimeout: 3_000,

    onConnect: async ({ connectionParams, extra: peer }) => {
      const given = connectionParams?.['authorization'] ?? connectionParams?.['Authorization']
      const key = connectionParams?.['apiKey']
      const called = await admission.recognise({
        authorization: typeof given === 'string' ? given : undefined,
        apiKey: key === undefined || key === null ? undefined : String(key),
        address: peer.address,
      })
      if (peer.socket.readyState !== peer.socket.OPEN) return false // It left while we looked at its token.
      if (!called.ok) {
        const unknown = called.fault.extensions['code'] === 'UNAUTHENTICATED'
        peer.socket.close(unknown ? CloseCode.Unauthorized : tryAgainLater, called.fault.message)
        return false
      }
      peer.caller = called.caller
      const { expiresAt } = called.caller
      // Clients retry this code: a key with other rights opens the next connection, one that is revoked is told so.
      const forget = whenWithdrawn(called.caller, () => {
        peer.leaves = 'key changed'
        peer.socket.close(CloseCode.Forbidden, 'The API key has changed; connect again.')
      })
      peer.socket.once('close', forget)
      const entered = counts.connection(called.caller)
      if (!entered.ok) {
        peer.socket.close(tryAgainLater, entered.fault.message)
        return false
      }
      peer.socket.once('close', entered.leave)
      peer.expiry = atExpiry(expiresAt, () => {
        peer.leaves = 'token expired'
        peer.socket.close(CloseCode.Forbidden, 'The token has expired.')
      })
      return true
    },

    onSubscribe: async (context, id, payload) => {
      const { socket, beginning } = context.extra
      // Completed and used again meanwhile: the protocol would take both for one, and could end only one of them.
      if (beginning.has(id)) {
        socket.close(CloseCode.SubscriberAlreadyExists, stillBegins)
        return [new GraphQLError(stillBegins)]
      }
      beginning.add(id)
      return begin(context, id, payload)
        .catch(broken)
        .finally(() => beginning.delete(id))
    },

    execute: ({ contextValue }: ExecutionArgs) => {
      const { prepared, published, caller, traceparent } = take(contextValue)
      return inTrace(traceparent, async () => {
        const measured = meter.begin('websocket', prepared)
        const { text, errors } = await answering.answer(prepared, caller.viewer)
        measured.end(errors)
        const extensions = deprecationNotice(published)
        return { ...(JSON.parse(text) as ExecutionResult), ...(extensions && { extensions }) }
      }).catch((err: unknown) => ({ errors: broken(err) }))
    },

    subscribe: ({ contextValue }: ExecutionArgs) => {
      const asked = take(contextValue)
      try {
        return listen(asked)
      } catch (err) {
        asked.leave?.()
        return { errors: broken(err) }
      }
    },
    onNext: (_context, _id, _payload, _args, result) => result,
  })

  const begin = async (
    { extra: peer, subscriptions }: Context<Record<string, unknown>, Peer>,
    id: string,
    payload: SubscribePayload,
  ) => {
    const read = readRequest(payload)
    if (!read.ok) {
      rejected.inc({ code: 'BAD_REQUEST' })
      return [asError(read.fault)]
    }
    if (!peer.caller || Object.keys(subscriptions).length > operationsLimit) return [asError(tooManyOperations())]
    const { caller } = peer
    const admitted = await admission.admit(read.request, caller)
    if (!admitted.ok) return admitted.faults.map(asError)
    const { prepared, published, whenRefused } = admitted
    const given = payload.extensions?.['traceparent']
    const trace = inTrace(typeof given === 'string' ? given : undefined, traceparent)
    const entered = prepared.operation.type === 'subscription' ? counts.subscription(caller) : undefined
    if (entered && !entered.ok) return [asError(entered.fault)]
    const leave = entered?.leave
    const asked: Asked = { id, peer, prepared, published, whenRefused, caller, leave, traceparent: trace }
    // What is returned here is kept as long as a subscription goes on, so it holds nothing of a graph that may be replaced.
    const carried: Carried = { asked }
    return { schema: noSchema, document: documentOf(prepared.operation.type), contextValue: carried }
  }

  /** What nobody planned for ends its operation, and no other on the socket. */
  const broken = (err: unknown): GraphQLError[] => {
    log.error({ err }, 'operation failed')
    return [asError(brokenAnswer)]
  }

  /**
   * Joins the channel. Its events go to the socket as they are, serialised once for all clients; the iterator that the
   * protocol asks for brings none and ends when the subscription does.
   */
  const listen = (asked: Asked): AsyncIterableIterator<ExecutionResult> => {
    const { id, peer } = asked
    const opening = `{"id":${JSON.stringify(id)},"type":"next","payload":`
    const noticed = firstNoticed(asked.published)
    const { promise: over, resolve: end } = Promise.withResolvers<Ending>()
    const events = outlet(peer.wire, (payload) => `${opening}${noticed(payload)}}`, end)
    const leave = join(asked, events)
    const counted = countClient('websocket')
    const measured = measure(asked)
    const forget = asked.whenRefused((fault) => events.ended({ reason: 'not published', fault }))
    const ended = over.then(({ reason, fault }) => {
      forget()
      leave()
      asked.leave?.()
      counted(reason)
      measured.end(fault && [fault])
      return fault
    })
    const done = { done: true, value: undefined } as const
    return {
      next: async () => {
        const fault = await ended
        if (fault) throw asError(fault) // Which the protocol tells the client, for this subscription only.
        return done
      },
      return: async () => {
        events.close()
        end({ reason: peer.leaves })
        return done
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  const join = ({ prepared, caller, traceparent }: Asked, events: Listener) =>
    channels.join(prepared, caller.viewer, traceparent, events)

  const measure = ({ prepared, traceparent }: Asked) => inTrace(traceparent, () => meter.begin('websocket', prepared))

  return protocol
}

const stillBegins = 'An operation of the same id still begins.'
function tooManyOperations(): Fault {
  refused.inc({ limit: 'operations per connection' })
  return { message: 'Too many operations on one connection.', extensions: { code: 'RATE_LIMITED' } }
}

/** What the protocol carries from a message to its execution, which takes it. */
interface Carried {
  asked: Asked | undefined
}

function take(contextValue: unknown): Asked {
  const carried = contextValue as Carried
  const { asked } = carried
  carried.asked = undefined
  if (!asked) throw new Error('an operation is executed once')
  return asked
}

/** The protocol looks only at the type of an operation. */
const noSchema = new GraphQLSchema({})
const documentOf = (operation: OperationTypeNode): DocumentNode => ({
  kind: Kind.DOCUMENT,
  definitions: [
    { kind: Kind.OPERATION_DEFINITION, operation, selectionSet: { kind: Kind.SELECTION_SET, selections: [] } },
  ],
})

const asError = ({ message, extensions }: Fault): GraphQLError => new GraphQLError(message, { extensions })
