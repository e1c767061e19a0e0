/**
 * The vehicles subgraph; runs as a process. On the message `{ publish: number }` it sends the event with that number to
 * every subscription, and replies with the number of subscriptions.
 */
import { WebSocketServer } from 'ws'
import { serveGraphQL } from './http-server.ts'
import { changeEvent, vehiclesIn } from './operations.ts'
import { rootFields } from './root-fields.ts'

const server = serveGraphQL((request) => {
  const data: Record<string, unknown> = {}
  for (const { responseName, name, argument } of rootFields(request))
    data[responseName] = name === 'vehicles' ? vehiclesIn(Number(argument(request.variables))) : 'Query'
  return { data }
})

type SendEvent = (number: number, sentAt: number) => void

const subscriptions = new Map<string, SendEvent>()
let sockets = 0

new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' }).on('connection', (socket) => {
  const socketNumber = ++sockets
  const socketKeys = new Set<string>()
  socket.on('message', (text) => {
    const { type, id, payload } = JSON.parse(String(text))
    const key = `${socketNumber} ${id}`
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}')
    if (type === 'ping') socket.send('{"type":"pong"}')
    if (type === 'complete') subscriptions.delete(key)
    if (type !== 'subscribe') return
    const responseName = rootFields(payload)[0]?.responseName ?? ''
    socketKeys.add(key)
    subscriptions.set(key, (number, sentAt) =>
      socket.send(
        JSON.stringify({ id, type: 'next', payload: { data: { [responseName]: changeEvent(number, sentAt) } } }),
      ),
    )
  })
  socket.on('close', () => {
    for (const key of socketKeys) subscriptions.delete(key)
  })
})

process.on('message', (message: { publish?: number }) => {
  if (message.publish === undefined) return
  const sentAt = Number(process.hrtime.bigint()) / 1e6 // All processes of a machine share this clock.
  for (const send of subscriptions.values()) send(message.publish, sentAt)
  process.send?.({ subscriptions: subscriptions.size })
})
