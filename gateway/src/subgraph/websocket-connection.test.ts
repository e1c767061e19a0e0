import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from '@holdfast/service/process'
import { afterEach, describe, expect, it } from '@jest/globals'
import { type WebSocket, WebSocketServer } from 'ws'
import { until } from '../../test/until.ts'
import { requestText } from '../planning/request-text.ts'
import { type SubscriptionRequest, subgraphWebSocket } from './websocket-connection.ts'

const request: SubscriptionRequest = {
  text: requestText('subscription { a }', undefined, []),
  variables: {},
  viewer: { role: 'anonymous', id: '', scopes: [] },
  traceparent: undefined,
}

let server: WebSocketServer | undefined
let stream: ReturnType<typeof subgraphWebSocket> | undefined
afterEach(async () => {
  await stream?.close()
  server?.close()
})

const log = createLog('test', 'silent')
const options = { gatewaySecret: undefined, production: false, errorExtensions: [], subgraphTimeoutMs: 1_000 }
const subscriber = () => {
  const events: string[] = []
  return {
    events,
    next: () => void events.push('next'),
    resumed: () => void events.push('resumed'),
    ended: () => void events.push('ended'),
  }
}

/** Sends each subscription one event, then calls `then`. `times` has the time of each subscription. */
async function subgraph(then: (socket: WebSocket) => void = () => undefined) {
  const times: number[] = []
  const sockets: WebSocket[] = []
  server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'graphql-transport-ws' })
  server.on('connection', (socket) => {
    sockets.push(socket)
    const send = (message: object) => socket.send(JSON.stringify(message))
    socket.on('message', (text) => {
      const { type, id } = JSON.parse(String(text))
      if (type === 'connection_init') send({ type: 'connection_ack' })
      if (type !== 'subscribe') return
      times.push(Date.now())
      send({ type: 'next', id, payload: { data: { a: times.length } } })
      then(socket)
    })
  })
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, times, sockets }
}

describe('a subgraph that closes the socket', () => {
  it.each([
    ['again and again is retried more and more slowly', 1012],
    ['normally is treated the same', 1000],
  ])('%s', async (_, code) => {
    const { url, times } = await subgraph((socket) => setTimeout(() => socket.close(code), 10))
    stream = subgraphWebSocket('flaky', url, options, log)
    const received = subscriber()
    const stop = stream.subscribe(request, received)
    await sleep(1_200)
    stop()
    expect(received.events.slice(0, 3)).toEqual(['next', 'resumed', 'next'])
    expect(received.events).not.toContain('ended')
    expect(times.length).toBeGreaterThan(2)
    expect(times.length).toBeLessThan(6)
  })
})

it('a subscription during the closing of an unused socket opens the next socket, and misses nothing', async () => {
  const { url, sockets } = await subgraph()
  stream = subgraphWebSocket('slow', url, options, log)
  const first = subscriber()
  const stopFirst = stream.subscribe(request, first)
  await until(() => first.events.length === 1)
  sockets[0]?.pause() // It does not confirm that the socket is closed.
  stopFirst()
  await sleep(400)
  const second = subscriber()
  const stop = stream.subscribe(request, second)
  await sleep(50)
  expect(second.events).toEqual([])
  sockets[0]?.resume()
  await until(() => second.events.length > 0)
  expect(second.events).toEqual(['next'])
  expect(sockets).toHaveLength(2)
  stop()
})

it('a socket without pongs is terminated', async () => {
  const { url, sockets } = await subgraph()
  stream = subgraphWebSocket('frozen', url, { ...options, subgraphTimeoutMs: 100 }, log)
  const received = subscriber()
  const stop = stream.subscribe(request, received)
  await until(() => received.events.length === 1)
  const [socket] = sockets
  const closed = socket && once(socket, 'close')
  socket?.pause()
  await until(() => received.events.length > 1)
  expect(received.events).toEqual(['next', 'resumed', 'next'])
  socket?.resume()
  expect((await closed)?.[0]).toBe(1006)
  stop()
})

it('is closed without an error while its subgraph does not finish the handshake', async () => {
  const silent = createServer((socket) => void setTimeout(() => socket.destroy(), 200)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/graphql`
  stream = subgraphWebSocket('silent', url, options, log)
  const connected = once(silent, 'connection')
  const stop = stream.subscribe(request, subscriber())
  await connected
  stop()
  await expect(stream.close()).resolves.toBeUndefined()
  silent.close()
})
