/**
 * The baseline of the subscriptions bench: a plain `ws` server without GraphQL; runs as a process. On the message
 * `{ publish: number }` it sends one prepared frame with that event to every client.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { expectedEvent } from '../sample-subgraphs/operations.ts'

const server = createServer()
const subscribers = new Set<WebSocket>()

new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' }).on('connection', (socket) => {
  socket.on('message', (text) => {
    const { type } = JSON.parse(String(text))
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}')
    if (type === 'ping') socket.send('{"type":"pong"}')
    if (type === 'subscribe') subscribers.add(socket)
  })
  socket.on('close', () => subscribers.delete(socket))
})

process.on('message', ({ publish }: { publish?: number }) => {
  if (publish === undefined) return
  const sentAt = Number(process.hrtime.bigint()) / 1e6
  const id = '00000000-0000-4000-8000-000000000000' // As long as the ids that clients send.
  const frame = Buffer.from(`{"id":"${id}","type":"next","payload":${expectedEvent(publish, sentAt)}}`)
  for (const socket of subscribers) socket.send(frame, { binary: false })
  process.send?.({ subscriptions: 1 })
})

server.listen(0, '127.0.0.1', 4_096, () => process.send?.({ port: (server.address() as AddressInfo).port }))
