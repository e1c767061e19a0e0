/**
 * The subgraph of vehicles, as a process. Told `{ publish: number }` it sends that event to every subscription, and tells how
 * many those were.
 */
import { WebSocketServer } from 'ws'
import { rootFields } from './asked.ts'
import { change, vehiclesIn } from './graph.ts'
import { serve } from './server.ts'

const server = serve((asked) => {
  const data: Record<string, unknown> = {}
  for (const { answerName, name, argument } of rootFields(asked))
    data[answerName] = name === 'vehicles' ? vehiclesIn(Number(argument(asked.variables))) : 'Query'
  return { data }
})

/** Sends an event. */
type Subscription = (number: number, sentAt: number) => void

const subscriptions = new Map<string, Subscription>()
let sockets = 0

new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' }).on('connection', (socket) => {
  const own = ++sockets
  const mine = new Set<string>()
  socket.on('message', (text) => {
    const { type, id, payload } = JSON.parse(String(text))
    const key = `${own} ${id}`
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}')
    if (type === 'ping') socket.send('{"type":"pong"}')
    if (type === 'complete') subscriptions.delete(key)
    if (type !== 'subscribe') return
    const answerName = rootFields(payload)[0]?.answerName ?? ''
    mine.add(key)
    subscriptions.set(key, (number, sentAt) =>
      socket.send(JSON.stringify({ id, type: 'next', payload: { data: { [answerName]: change(number, sentAt) } } })),
    )
  })
  socket.on('close', () => {
    for (const key of mine) subscriptions.delete(key)
  })
})

process.on('message', (message: { publish?: number }) => {
  if (message.publish === undefined) return
  const sentAt = Number(process.hrtime.bigint()) / 1e6 // One clock for all processes of a machine.
  for (const send of subscriptions.values()) send(message.publish, sentAt)
  process.send?.({ subscriptions: subscriptions.size })
})
