/** What clients may do on a WebSocket, and what happens when they do something else. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { WebSocket } from 'ws'
import * as metrics from '../src/metrics/subscriptions.ts'
import { live, more, publish, upstreamSubscriptions } from './event-feed.ts'
import { startGraph, type TestGraph, type TestSubgraph } from './graph.ts'
import { fakeTimers, until } from './until.ts'
import { openSubscriptions, rawSocket, sumOf } from './websocket-client.ts'

const big: TestSubgraph = {
  sdl: 'type Query { big: String }',
  resolvers: { Query: { big: () => 'x'.repeat(1_000_000) } },
}
let graph: TestGraph
const open: WebSocket[] = []
beforeAll(async () => {
  graph = await startGraph({ live, more, big })
})
afterAll(() => graph.stop())
afterEach(async () => {
  for (const socket of open.splice(0)) socket.terminate()
  await until(async () => upstreamSubscriptions() === 0 && (await sockets()) === 0)
})

async function speaking() {
  const spoken = await rawSocket(graph.url)
  open.push(spoken.socket)
  return spoken
}
const sockets = () => sumOf(metrics.sockets)
const changes = { id: 's', type: 'subscribe', payload: { query: 'subscription { changed { id text } }' } }

describe('a client that never reads', () => {
  it.each<[string, (say: (message: object) => void, number: number) => void]>([
    ['answers', (say, number) => say({ id: `q${number}`, type: 'subscribe', payload: { query: '{ big }' } })],
    ['pongs', (say) => say({ type: 'ping', payload: { echo: 'x'.repeat(900_000) } })],
  ])(
    'is cut off with a bounded heap of %s',
    async (_, ask) => {
      const { socket, say } = await speaking()
      const [before, cutOff] = [await sockets(), await sumOf(metrics.cutOffs)]
      say(changes)
      await until(() => upstreamSubscriptions() === 1)
      socket.pause()
      for (let number = 0; (await sockets()) === before; number++) {
        if (number > 200) throw new Error('it is still there')
        ask(say, number)
        publish(String(number), 'x'.repeat(100_000))
        await sleep(10)
      }
      expect(await sumOf(metrics.cutOffs)).toBe(cutOff + 1)
      await until(() => upstreamSubscriptions() === 0)
      expect(await openSubscriptions()).toBe(0)
      expect(await sumOf(metrics.queuedBytes)).toBe(0)
      expect(await sumOf(metrics.queuedEvents)).toBe(0)
    },
    20_000,
  )

  it('has a bounded queue, over SSE too', async () => {
    const stopped = new AbortController()
    const response = await fetch(graph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify(changes.payload),
      signal: stopped.signal,
    })
    await until(() => upstreamSubscriptions() === 1)
    for (let number = 0; number < 400; number++) {
      publish(String(number), 'x'.repeat(100_000))
      if (number % 20 === 0) await sleep(20)
    }
    await until(async () => (await sumOf(metrics.queuedBytes)) > 500_000)
    expect(await sumOf(metrics.queuedBytes)).toBeLessThanOrEqual(1_000_000)
    stopped.abort()
    await until(() => upstreamSubscriptions() === 0)
    expect(await sumOf(metrics.queuedBytes)).toBe(0)
    expect(response.status).toBe(200)
  })
})

describe('the protocol', () => {
  const raw = async (protocol = 'graphql-transport-ws') => {
    const socket = new WebSocket(graph.url.replace('http', 'ws'), protocol)
    open.push(socket)
    await once(socket, 'open')
    return socket
  }
  const closing = async (socket: WebSocket) => Number((await once(socket, 'close'))[0])

  it.each([
    [4400, 'what is no message', ['{"type":"connection_init"}', 'nonsense']],
    [4400, 'a message of no known type', ['{"type":"connection_init"}', '{"type":"unheard"}']],
    [4401, 'an operation before the greeting', [JSON.stringify(changes)]],
    [4409, 'an id that is in use', ['{"type":"connection_init"}', JSON.stringify(changes), JSON.stringify(changes)]],
    [4429, 'a second greeting', ['{"type":"connection_init"}', '{"type":"connection_init"}']],
  ])('closes with %i on %s', async (code, _, messages) => {
    const socket = await raw()
    const closed = closing(socket)
    const acknowledged = messages[0]?.includes('init') ? once(socket, 'message') : undefined
    for (const [index, message] of messages.entries()) {
      if (index === 1) await acknowledged
      socket.send(message)
    }
    expect(await closed).toBe(code)
  })

  it('closes with 4408 without connection_init', async () => {
    fakeTimers('timeouts')
    const socket = await raw()
    const closed = closing(socket)
    jest.advanceTimersByTime(2_900)
    expect(socket.readyState).toBe(socket.OPEN)
    jest.advanceTimersByTime(100)
    jest.useRealTimers()
    expect(await closed).toBe(4408)
  })

  it('is the only accepted protocol', async () => {
    const socket = new WebSocket(graph.url.replace('http', 'ws'), 'graphql-ws')
    open.push(socket)
    const [err] = await once(socket, 'error')
    expect(String(err)).toMatch(/subprotocol/i)
  })

  it('closes with 4409 on an id that is used again while its operation starts, and keeps nothing of either', async () => {
    const { socket, say } = await speaking()
    const closed = closing(socket)
    say(changes)
    say({ id: 's', type: 'complete' })
    say(changes)
    expect(await closed).toBe(4409)
    await until(() => upstreamSubscriptions() === 0)
    expect(await openSubscriptions()).toBe(0)
  })

  it('lets an id be used again once its operation is over', async () => {
    const { socket, say } = await speaking()
    const got: { readonly type: string }[] = []
    socket.on('message', (data) => got.push(JSON.parse(String(data))))
    for (let round = 1; round <= 2; round++) {
      say(changes)
      await until(() => upstreamSubscriptions() === 1)
      publish('a')
      await until(() => got.length === round)
      say({ id: 's', type: 'complete' })
      await until(() => upstreamSubscriptions() === 0)
    }
    expect(got.map(({ type }) => type)).toEqual(['next', 'next'])
  })

  it('allows a hundred operations on one socket, and refuses the next', async () => {
    const { socket, say } = await speaking()
    const got: { readonly id?: string; readonly payload?: unknown }[] = []
    socket.on('message', (data) => got.push(JSON.parse(String(data))))
    for (let number = 0; number < 101; number++) say({ ...changes, id: `s${number}` })
    await until(() => got.length === 1)
    expect(got[0]).toMatchObject({ id: 's100', payload: [{ extensions: { code: 'RATE_LIMITED' } }] })
    await until(async () => (await openSubscriptions()) === 100)
    socket.close()
    await until(async () => (await openSubscriptions()) === 0)
  })
})
