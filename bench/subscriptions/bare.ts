/**
 * As little as can stand between an event and its clients, as a process: a bare `ws` server that sends one ready frame to
 * everybody. Told `{ publish: number }` it does.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { expectedEvent } from '../city/graph.ts'

const server = createServer()
const listening = new Set<WebSocket>()

new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' }).on('connection', (socket) => {
  socket.on('message', (text) => {
    const { type } = JSON.parse(String(text))
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}')
    if (type === 'ping') socket.send('{"type":"pong"}')
    if (type === 'subscribe') listening.add(socket)
  })
  socket.on('close', () => listening.delete(socket))
})

process.on('message', ({ publish }: { publish?: number }) => {
  if (publish === undefined) return
  const sentAt = Number(process.hrtime.bigint()) / 1e6
  const id = '00000000-0000-4000-8000-000000000000' // As long as those of clients.
  const frame = Buffer.from(`{"id":"${id}","type":"next","payload":${expectedEvent(publish, sentAt)}}`)
  for (const socket of listening) socket.send(frame, { binary: false })
  process.send?.({ subscriptions: 1 })
})

server.listen(0, '127.0.0.1', 4_096, () => process.send?.({ port: (server.address() as AddressInfo).port }))
