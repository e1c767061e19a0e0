/** Operations over WebSocket, on the same path as HTTP: accepts, supervises and closes the sockets. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpServer } from '@holdfast/service/http'
import type { Step } from '@holdfast/service/process'
import { CloseCode, handleProtocols } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import { isObject } from '../core/json.ts'
import { closeReasons } from '../core/messages.ts'
import { addressOf } from '../identity/address.ts'
import { cutOffs, sockets } from '../metrics/subscriptions.ts'
import type { Channels } from '../subscriptions/channels.ts'
import { clientConnection } from '../subscriptions/connection.ts'
import { staggered } from '../subscriptions/staggered.ts'
import { graphqlTransportWs, type WebSocketClient } from './graphql-transport-ws.ts'
import type { TransportOptions } from './http.ts'

const messageLimit = 1_000_000 // bytes, as for a body over HTTP
const pingEveryMs = 12_000
const unreadLimit = 8_000_000 // bytes that a client may leave unread; more than a slow client needs
const closingMs = 1_000 // for clients to close their end when the gateway stops

export function webSocketTransport(
  httpServer: HttpServer,
  path: string,
  options: TransportOptions,
  channels: Channels,
): Step {
  const { concurrency, trustedProxies, log } = options
  const protocol = graphqlTransportWs(options, channels)
  const server = new WebSocketServer({ noServer: true, maxPayload: messageLimit, handleProtocols })
  const clients = new Set<WebSocketClient>()

  const accept = (socket: WebSocket, request: IncomingMessage) => {
    const cutOff = () => {
      if (socket.readyState === socket.OPEN) cutOffs.inc({ transport: 'websocket' })
      socket.terminate()
    }
    const checkUnread = () => {
      if (socket.bufferedAmount >= unreadLimit) cutOff()
    }
    const write = (frame: string, sent?: () => void) => {
      checkUnread()
      if (socket.readyState === socket.OPEN) socket.send(frame, sent)
      else sent?.()
    }
    const client: WebSocketClient = {
      socket,
      connection: clientConnection(() => socket.bufferedAmount, write),
      address: addressOf(request, trustedProxies),
      requester: undefined,
      expiry: undefined,
      starting: new Set(),
      endReason: 'left',
    }
    clients.add(client)
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
              socket.close(CloseCode.InternalServerError, closeReasons.internalError)
            })
          }),
      },
      client,
    )
    socket.on('ping', checkUnread) // The library sends the pong by itself.
    socket.on('pong', () => {
      alive = true
    })
    socket.on('error', (err) => log.debug({ err }, 'socket error'))
    socket.once('close', (code, reason) => {
      clearInterval(ping)
      clearTimeout(client.expiry)
      clients.delete(client)
      sockets.dec()
      void closed(code, String(reason))
    })
  }

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.split('?', 1)[0] !== path) return void socket.destroy()
    const slot = concurrency.address(addressOf(request, trustedProxies))
    if (!slot.ok) {
      socket.on('error', (err) => log.debug({ err }, 'socket error')) // Without a listener it would end the process.
      return void socket.end(tooManyConnections, () => socket.destroy())
    }
    socket.once('close', slot.release)
    server.handleUpgrade(request, socket, head, accept)
  }

  return {
    name: 'websocket',
    start: () => void httpServer.server.on('upgrade', upgrade),
    stop: async () => {
      httpServer.server.off('upgrade', upgrade)
      await staggered([...clients], (client) => {
        client.endReason = 'gateway stops'
        client.socket.close(1012, closeReasons.restart)
      })
      for (let waited = 0; clients.size > 0 && waited < closingMs; waited += 20) await sleep(20)
      for (const { socket } of clients) socket.terminate()
    },
  }
}

const tooManyConnections =
  'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 10\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'

/**
 * graphql-transport-ws requires a `query` in every subscribe message and closes the socket without one, but an operation that is named
 * by its id has none. Adds an empty one to such a message, and leaves all others unchanged.
 */
function withQuery(message: string): string {
  if (!/"(documentId|persistedQuery)"/.test(message)) return message
  let read: unknown
  try {
    read = JSON.parse(message)
  } catch {
    return message // graphql-ws reports what is wrong with it.
  }
  if (!isObject(read) || read['type'] !== 'subscribe') return message
  const { payload } = read
  if (!isObject(payload) || (payload['query'] !== undefined && payload['query'] !== null)) return message
  return JSON.stringify({ ...read, payload: { ...payload, query: '' } })
}
