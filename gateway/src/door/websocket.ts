/** Operations over WebSocket, on the same path as HTTP: the sockets, and how they come and go. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpServer } from '@holdfast/service/http'
import type { Step } from '@holdfast/service/process'
import { CloseCode, handleProtocols } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import { oneByOne } from '../subscriptions/leaving.ts'
import { cutOffs, sockets } from '../subscriptions/measures.ts'
import { wireOver } from '../subscriptions/wire.ts'
import { addressOf } from './address.ts'
import { type Peer, type ProtocolOptions, protocolOf } from './protocol.ts'
import { withQuery } from './subscribe-message.ts'

export interface WebSocketDoorOptions extends ProtocolOptions {
  readonly path: string
  /** Proxies of ours in front of this door. */
  readonly trustedProxies: number
}

const messageLimit = 1_000_000 // bytes, as for a body over HTTP
const pingEveryMs = 12_000
const unreadLimit = 8_000_000 // bytes that a client may leave lying; more than anybody's slow second
const closingMs = 1_000 // for clients to close their end when the gateway stops

export function webSocketDoor(door: HttpServer, options: WebSocketDoorOptions): Step {
  const { open: counts, trustedProxies, log } = options
  const protocol = protocolOf(options)
  const server = new WebSocketServer({ noServer: true, maxPayload: messageLimit, handleProtocols })
  const open = new Set<Peer>()

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

const tooManyConnections =
  'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 10\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
