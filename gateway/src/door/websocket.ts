/** Operations over WebSocket in the graphql-transport-ws protocol, on the same path as HTTP. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type HttpDoor, inTrace, type Log, type Step, traceparent } from '@holdfast/service'
import { type ExecutionArgs, type ExecutionResult, GraphQLError, Kind } from 'graphql'
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Admission } from '../admission.ts'
import type { Answering, Prepared } from '../answering.ts'
import { type Caller, whenWithdrawn } from '../caller.ts'
import type { Fault } from '../execute/trouble.ts'
import { clients, type Meter } from '../meter.ts'
import type { Published } from '../operations/registry.ts'
import { readRequest } from '../request.ts'
import type { Channels } from '../subscriptions/channels.ts'
import { outlet } from '../subscriptions/outlet.ts'
import { deprecationNotice, firstNoticed } from './deprecation.ts'
import { withQuery } from './subscribe-message.ts'

export interface WebSocketDoorOptions {
  readonly path: string
  readonly admission: Admission
  readonly answering: Answering
  readonly channels: Channels
  readonly meter: Meter
  readonly log: Log
}

const messageLimit = 1_000_000 // bytes, as for a body over HTTP
const operationsLimit = 100 // open at once on one socket
const pingEveryMs = 12_000
const drainMs = 3_000 // Clients are let go one after the other, so that they do not all come back at once,
const letGoMs = 20 // and a few of them do not take that long.
const longestTimerMs = 2 ** 31 - 1

/** The other end of a socket. */
interface Peer {
  readonly socket: WebSocket
  readonly address: string
  caller: Caller | undefined
  expiry: NodeJS.Timeout | undefined
}

/** What an operation carries from being read to being run. */
interface Asked {
  readonly id: string
  readonly peer: Peer
  readonly prepared: Prepared
  readonly published: Published | undefined
  readonly caller: Caller
  readonly traceparent: string | undefined
}

export function webSocketDoor(door: HttpDoor, options: WebSocketDoorOptions): Step {
  const { admission, answering, channels, meter, log } = options
  const server = new WebSocketServer({ noServer: true, maxPayload: messageLimit, handleProtocols })
  const open = new Set<Peer>()

  const protocol = makeServer<Record<string, unknown>, Peer>({
    connectionInitWaitTimeout: 3_000,

    onConnect: async ({ connectionParams, extra: peer }) => {
      const given = connectionParams?.['authorization'] ?? connectionParams?.['Authorization']
      const key = connectionParams?.['apiKey']
      const called = await admission.recognise({
        authorization: typeof given === 'string' ? given : undefined,
        apiKey: typeof key === 'string' ? key : undefined,
        address: peer.address,
      })
      if (!called.ok) {
        const refused = called.fault.extensions['code'] === 'UNAUTHENTICATED'
        peer.socket.close(refused ? CloseCode.Unauthorized : 1013, called.fault.message)
        return false
      }
      peer.caller = called.caller
      const { expiresAt } = called.caller
      // Clients retry this code: a key with other rights opens the next connection, one that is revoked is told so.
      const forget = whenWithdrawn(called.caller, () =>
        peer.socket.close(CloseCode.Forbidden, 'The API key has changed; connect again.'),
      )
      peer.socket.once('close', forget)
      if (expiresAt !== undefined)
        peer.expiry = setTimeout(
          () => peer.socket.close(CloseCode.Forbidden, 'The token has expired.'),
          Math.min(expiresAt - Date.now(), longestTimerMs),
        )
      return true
    },

    onSubscribe: async ({ extra: peer, subscriptions }, id, payload) => {
      const read = readRequest(payload)
      if (!read.ok) return [asError(read.fault)]
      if (!peer.caller || Object.keys(subscriptions).length > operationsLimit)
        return [asError({ message: 'Too many operations on one connection.', extensions: { code: 'RATE_LIMITED' } })]
      const { caller } = peer
      const admitted = await admission.admit(read.request, caller)
      if (!admitted.ok) return admitted.faults.map(asError)
      const { prepared, published } = admitted
      const given = payload.extensions?.['traceparent']
      const trace = inTrace(typeof given === 'string' ? given : undefined, traceparent)
      const asked: Asked = { id, peer, prepared, published, caller, traceparent: trace }
      return {
        schema: prepared.graph.schema,
        document: { kind: Kind.DOCUMENT, definitions: [prepared.operation.definition] },
        contextValue: asked,
      }
    },

    execute: ({ contextValue }: ExecutionArgs) => {
      const { prepared, published, caller, traceparent } = contextValue as Asked
      return inTrace(traceparent, async () => {
        const measured = meter.begin('websocket', prepared)
        const { text, errors } = await answering.answer(prepared, caller.viewer)
        measured.end(errors)
        const extensions = deprecationNotice(published)
        return { ...(JSON.parse(text) as ExecutionResult), ...(extensions && { extensions }) }
      })
    },

    subscribe: ({ contextValue }: ExecutionArgs) => listen(contextValue as Asked),
    onNext: (_context, _id, _payload, _args, result) => result,
  })

  /**
   * Joins the channel. Its events go to the socket as they are, serialised once for all clients; the iterator that the
   * protocol asks for brings none and ends when the subscription does.
   */
  const listen = ({
    id,
    peer,
    prepared,
    published,
    caller,
    traceparent,
  }: Asked): AsyncIterableIterator<ExecutionResult> => {
    const { socket } = peer
    const opening = `{"id":${JSON.stringify(id)},"type":"next","payload":`
    const noticed = firstNoticed(published)
    const wire = {
      pending: () => socket.bufferedAmount,
      send: (frame: string, sent?: () => void) => {
        if (socket.readyState === socket.OPEN) socket.send(frame, sent)
      },
    }
    const measured = inTrace(traceparent, () => meter.begin('websocket', prepared))
    const { promise: over, resolve: end } = Promise.withResolvers<void>()
    const leave = channels.join(
      prepared,
      caller.viewer,
      traceparent,
      outlet(wire, (payload) => `${opening}${noticed(payload)}}`, end),
    )
    clients.inc({ door: 'websocket' })
    void over.then(() => {
      clients.dec({ door: 'websocket' })
      measured.end()
    })
    const done = { done: true, value: undefined } as const
    return {
      next: () => over.then(() => done),
      return: async () => {
        leave()
        end()
        return done
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  const accept = (socket: WebSocket, request: IncomingMessage) => {
    const address = request.socket.remoteAddress ?? ''
    const peer: Peer = { socket, address, caller: undefined, expiry: undefined }
    open.add(peer)
    let alive = true
    const ping = setInterval(() => {
      if (!alive) return socket.terminate()
      alive = false
      socket.ping()
    }, pingEveryMs)
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) =>
          new Promise((resolve) => {
            if (socket.readyState === socket.OPEN) socket.send(data, () => resolve())
            else resolve()
          }),
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
    socket.on('pong', () => {
      alive = true
    })
    socket.on('error', (err) => log.debug({ err }, 'socket error'))
    socket.once('close', (code, reason) => {
      clearInterval(ping)
      clearTimeout(peer.expiry)
      open.delete(peer)
      void closed(code, String(reason))
    })
  }

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.split('?', 1)[0] === options.path) server.handleUpgrade(request, socket, head, accept)
    else socket.destroy()
  }

  return {
    name: 'websocket',
    start: () => void door.server.on('upgrade', upgrade),
    stop: async () => {
      door.server.off('upgrade', upgrade)
      const leaving = [...open]
      for (const { socket } of leaving) {
        socket.close(1012, 'The service restarts; connect again.')
        await sleep(Math.min(drainMs / leaving.length, letGoMs))
      }
      for (const { socket } of open) socket.terminate()
    },
  }
}

const asError = ({ message, extensions }: Fault): GraphQLError => new GraphQLError(message, { extensions })
