/** Operations over WebSocket, on the same path as HTTP: accepts, supervises and closes the sockets. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpServer } from '@holdfast/service/http'
import type { Step } from '@holdfast/service/process'
import { CloseCode, handleProtocols } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import { closeReasons } from '../core/messages.ts'
import { addressOf } from '../identity/address.ts'
import { cutOffs, sockets } from '../metrics/subscriptions.ts'
import { clientConnection } from '../subscriptions/connection.ts'
import { staggered } from '../subscriptions/staggered.ts'
import { graphqlTransportWs, type ProtocolOptions, type WebSocketClient } from './graphql-transport-ws.ts'
import { withQuery } from './subscribe-message.ts'

const messageLimit = 1_000_000 // bytes, as for a body over HTTP
const pingEveryMs = 12_000
const unreadLimit = 8_000_000 // bytes that a client may leave unread; more than a slow client needs
const closingMs = 1_000 // for clients to close their end when the gateway stops

export function webSocketTransport(httpServer: HttpServer, path: string, options: ProtocolOptions): Step {
  const { concurrency, trustedProxies, log } = options
  const protocol = graphqlTransportWs(options)
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
      connection: clientConnection({ pending: () => socket.bufferedAmount, write }),
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
