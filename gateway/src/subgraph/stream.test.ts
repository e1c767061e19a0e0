import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from '@holdfast/service/process'
import { afterEach, describe, expect, it } from '@jest/globals'
import { type WebSocket, WebSocketServer } from 'ws'
import { until } from '../../test/wait.ts'
import { requestText } from '../plan/request-text.ts'
import { openStream, type Stream, type StreamRequest } from './stream.ts'

const request: StreamRequest = {
  text: requestText('subscription { a }', undefined, []),
  variables: {},
  viewer: { role: 'anonymous', id: '', scopes: [] },
  traceparent: undefined,
}

let server: WebSocketServer | undefined
let stream: Stream | undefined
afterEach(async () => {
  await stream?.close()
  server?.close()
})

const log = createLog('test', 'silent')
const options = { secret: undefined, told: 'all', timeoutMs: 1_000, log } as const
const listening = () => {
  const events: string[] = []
  return {
    events,
    next: () => void events.push('next'),
    resumed: () => void events.push('resumed'),
    ended: () => void events.push('ended'),
  }
}

/** Tells each subscription one event; `asked` has the time of each, `then` what the socket does next. */
async function subgraph(then: (socket: WebSocket) => void = () => undefined) {
  const asked: number[] = []
  const sockets: WebSocket[] = []
  server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'graphql-transport-ws' })
  server.on('connection', (socket) => {
    sockets.push(socket)
    const send = (message: object) => socket.send(JSON.stringify(message))
    socket.on('message', (text) => {
      const { type, id } = JSON.parse(String(text))
      if (type === 'connection_init') send({ type: 'connection_ack' })
      if (type !== 'subscribe') return
      asked.push(Date.now())
      send({ type: 'next', id, payload: { data: { a: asked.length } } })
      then(socket)
    })
  })
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, asked, sockets }
}

describe('a subgraph that closes the socket', () => {
  it.each([
    ['again and again is left more and more time', 1012],
    ['as if all were well is treated no better', 1000],
  ])('%s', async (_, code) => {
    const { url, asked } = await subgraph((socket) => setTimeout(() => socket.close(code), 10))
    stream = openStream('flaky', url, options)
    const heard = listening()
    const stop = stream.subscribe(request, heard)
    await sleep(1_200)
    stop()
    expect(heard.events.slice(0, 3)).toEqual(['next', 'resumed', 'next'])
    expect(heard.events).not.toContain('ended')
    expect(asked.length).toBeGreaterThan(2)
    expect(asked.length).toBeLessThan(6)
  })
})

it('a subscription that comes while an unused socket is closed opens the next, and nothing was missed', async () => {
  const { url, sockets } = await subgraph()
  stream = openStream('slow', url, options)
  const first = listening()
  const stopFirst = stream.subscribe(request, first)
  await until(() => first.events.length === 1)
  sockets[0]?.pause() // It does not answer that the socket is closed.
  stopFirst()
  await sleep(400)
  const second = listening()
  const stop = stream.subscribe(request, second)
  await sleep(50)
  expect(second.events).toEqual([])
  sockets[0]?.resume()
  await until(() => second.events.length > 0)
  expect(second.events).toEqual(['next'])
  expect(sockets).toHaveLength(2)
  stop()
})

it('a socket on which nothing is answered is given up whole', async () => {
  const { url, sockets } = await subgraph()
  stream = openStream('frozen', url, { ...options, timeoutMs: 100 })
  const heard = listening()
  const stop = stream.subscribe(request, heard)
  await until(() => heard.events.length === 1)
  const [socket] = sockets
  const closed = socket && once(socket, 'close')
  socket?.pause()
  await until(() => heard.events.length > 1)
  expect(heard.events).toEqual(['next', 'resumed', 'next'])
  socket?.resume()
  expect((await closed)?.[0]).toBe(1006)
  stop()
})

it('is closed without a fault while its subgraph does not greet', async () => {
  const silent = createServer((socket) => void setTimeout(() => socket.destroy(), 200)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/graphql`
  stream = openStream('silent', url, options)
  const connected = once(silent, 'connection')
  const stop = stream.subscribe(request, listening())
  await connected
  stop()
  await expect(stream.close()).resolves.toBeUndefined()
  silent.close()
})
