/** Operations over WebSocket in the graphql-transport-ws protocol, on the same path as HTTP. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type HttpDoor, inTrace, type Log, type Step, traceparent } from '@holdfast/service'
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  GraphQLSchema,
  Kind,
  type OperationTypeNode,
} from 'graphql'
import { CloseCode, type Context, handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
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
import { atExpiry, oneByOne } from '../subscriptions/leaving.ts'
import { countClient, cutOffs, type EndReason, sockets } from '../subscriptions/measures.ts'
import { type Ending, type Listener, outlet } from '../subscriptions/outlet.ts'
import { type Wire, wireOver } from '../subscriptions/wire.ts'
import { addressOf } from './address.ts'
import { deprecationNotice, firstNoticed } from './deprecation.ts'
import { withQuery } from './subscribe-message.ts'

export interface WebSocketDoorOptions {
  readonly path: string
  readonly admission: Admission
  readonly answering: Answering
  readonly channels: Channels
  readonly meter: Meter
  readonly open: Open
  /** Proxies of ours in front of this door. */
  readonly trustedProxies: number
  readonly log: Log
}

const messageLimit = 1_000_000 // bytes, as for a body over HTTP
const operationsLimit = 100 // open at once on one socket
const pingEveryMs = 12_000
const unreadLimit = 8_000_000 // bytes that a client may leave lying; more than anybody's slow second
const tryAgainLater = 1013 // Clients do, a few times; of 4429 graphql-ws gives up for good.
const closingMs = 1_000 // for clients to close their end when the gateway stops

/** The other end of a socket. */
interface Peer {
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

export function webSocketDoor(door: HttpDoor, options: WebSocketDoorOptions): Step {
  const { admission, answering, channels, meter, open: counts, trustedProxies, log } = options
  const server = new WebSocketServer({ noServer: true, maxPayload: messageLimit, handleProtocols })
  const open = new Set<Peer>()

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

  const accept = (socket: WebSocket, request: IncomingMessage) => {
    const address = addressOf(request, trustedProxies)
    const cutOff = () => {
      if (socket.readyState === socket.OPEN) cutOffs.inc({ door: 'websocket' })
      socket.terminate()
    }
    const bound = () => {
      if (socket.bufferedAmount >= unreadLimit) cutOff()
    }
    const write = (frame: string, sent?: () => void) => {
      bound()
      if (socket.readyState === socket.OPEN) socket.send(frame, sent)
      else sent?.()
    }
    const wire = wireOver({ pending: () => socket.bufferedAmount, write })
    const peer: Peer = {
      socket,
      wire,
      address,
      caller: undefined,
      expiry: undefined,
      beginning: new Set(),
      leaves: 'left',
    }
    open.add(peer)
    sockets.inc()
    let alive = true
    const ping = setInterval(() => {
      if (!alive) return cutOff()
      alive = false
      socket.ping()
    }, pingEveryMs)
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) => new Promise((resolve) => write(data, resolve)),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (receive) =>
          socket.on('message', (data) => {
            receive(withQuery(String(data))).catch((err: unknown) => {
              log.error({ err }, 'message failed')
              socket.close(CloseCode.InternalServerError, 'Internal server error')
            })
          }),
      },
      peer,
    )
    socket.on('ping', bound) // Whose answer goes out by itself.
    socket.on('pong', () => {
      alive = true
    })
    socket.on('error', (err) => log.debug({ err }, 'socket error'))
    socket.once('close', (code, reason) => {
      clearInterval(ping)
      clearTimeout(peer.expiry)
      open.delete(peer)
      sockets.dec()
      void closed(code, String(reason))
    })
  }

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.split('?', 1)[0] !== options.path) return void socket.destroy()
    const entered = counts.address(addressOf(request, trustedProxies))
    if (!entered.ok) {
      socket.on('error', (err) => log.debug({ err }, 'socket error')) // Nobody else listens, and it would end the process.
      return void socket.end(tooManyConnections, () => socket.destroy())
    }
    socket.once('close', entered.leave)
    server.handleUpgrade(request, socket, head, accept)
  }

  return {
    name: 'websocket',
    start: () => void door.server.on('upgrade', upgrade),
    stop: async () => {
      door.server.off('upgrade', upgrade)
      await oneByOne([...open], (peer) => {
        peer.leaves = 'gateway stops'
        peer.socket.close(1012, 'The service restarts; connect again.')
      })
      for (let waited = 0; open.size > 0 && waited < closingMs; waited += 20) await sleep(20)
      for (const { socket } of open) socket.terminate()
    },
  }
}

const stillBegins = 'An operation of the same id still begins.'
const tooManyConnections =
  'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 10\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'

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
