/** Subscriptions when processes crash, stop and restart. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { WebSocket } from 'ws'
import { live, more, publish, upstreamSubscriptions } from './event-feed.ts'
import { startGraph, type TestGraph } from './graph.ts'
import { until } from './until.ts'
import { openSubscriptions, type Received, rawSocket, subscribe, wsClient } from './websocket-client.ts'

const subgraphTimeoutMs = 500
const secret = randomBytes(32).toString('base64url')
const ticks = { sdl: 'type Query { ticks: Int } type Subscription { tick: Int! }', resolvers: {} }
let port: number
let child: ChildProcess
let graph: TestGraph

async function startTicks(): Promise<ChildProcess> {
  const one = spawn(process.execPath, [join(import.meta.dirname, 'subgraph-process.ts')], {
    env: { SECRET: secret, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(one.stdout, 'data')
  return one
}

beforeAll(async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' && address ? address.port : 0
  server.close()
  child = await startTicks()
  graph = await startGraph(
    { ticks, live, more },
    { gatewaySecret: secret, subgraphTimeoutMs, urls: { ticks: `http://127.0.0.1:${port}/graphql` } },
  )
}, 30_000)
afterAll(async () => {
  await graph.stop()
  child.kill('SIGKILL')
})
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

function ticking(): Received {
  const client = wsClient(graph.url)
  ends.push(() => client.dispose())
  return subscribe(client, 'subscription { tick }')
}
const numberOf = (event: Received['events'][number]) => Number(event.data?.['tick'])
const gapOf = (event: Received['events'][number]) =>
  (event.extensions as { gap?: { missed: number } } | undefined)?.gap?.missed

it('a subgraph that is killed and restarted is subscribed to again, with a gap notice', async () => {
  const received = ticking()
  await until(() => received.events.length > 3)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const before = received.events.length
  child = await startTicks()
  await until(() => received.events.length > before + 3)
  const first = received.events.findIndex((event) => gapOf(event) !== undefined)
  expect(gapOf(received.events[first] ?? {})).toBe(1)
  expect(numberOf(received.events[first] ?? {})).toBe(0)
  expect(received.events.filter((event) => gapOf(event) !== undefined)).toHaveLength(1)
  expect(received.end).toBeUndefined()
}, 20_000)

it('a subgraph that hangs loses its connection, and is subscribed to again when it continues', async () => {
  const received = ticking()
  await until(() => received.events.length > 3)
  child.kill('SIGSTOP')
  const stopped = received.events.length
  await new Promise((resolve) => setTimeout(resolve, 5 * subgraphTimeoutMs)) // Longer than a ping and the wait for its pong.
  expect(received.events.length).toBeLessThan(stopped + 3)
  child.kill('SIGCONT')
  await until(() => received.events.some((event) => gapOf(event) === 1), 10)
  const resumed = received.events.findIndex((event) => gapOf(event) === 1)
  expect(numberOf(received.events[resumed] ?? {})).toBe(0)
  expect(received.end).toBeUndefined()
}, 40_000)

it('thousands of subscriptions that come and go leave nothing behind', async () => {
  setFlagsFromString('--expose-gc')
  const gc: () => void = runInNewContext('gc')
  const { socket, say } = await rawSocket(graph.url)
  ends.push(() => socket.terminate())
  let next = 0
  let completed = 0
  socket.on('message', (data) => {
    if (String(data).includes('"pong"')) completed++
  })
  const comeAndGo = async (count: number) => {
    for (let done = 0; done < count; done += 50) {
      const ids = Array.from({ length: 50 }, () => `s${next++}`)
      for (const id of ids)
        say({
          id,
          type: 'subscribe',
          payload: { query: 'subscription($o: ID) { changed(only: $o) { id } }', variables: { o: id } },
        })
      await until(async () => (await openSubscriptions()) === 50)
      publish('x')
      for (const id of ids) say({ id, type: 'complete' })
      await until(async () => (await openSubscriptions()) === 0)
    }
    await until(() => upstreamSubscriptions() === 0)
    gc()
    return process.memoryUsage().heapUsed
  }
  await comeAndGo(1_000)
  const before = await comeAndGo(500)
  const after = await comeAndGo(4_000)
  expect(completed).toBe(0)
  expect(after - before).toBeLessThan(4_000 * 300) // bytes; a subscription that is kept takes thousands
}, 120_000)

it('a gateway that stops disconnects five hundred clients one after the other', async () => {
  const stopping = await startGraph({ live, more })
  const closed: { readonly code: number; readonly at: number }[] = []
  const clients = await Promise.all(
    Array.from({ length: 500 }, async () => {
      const { socket, say } = await rawSocket(stopping.url)
      socket.on('close', (code) => closed.push({ code, at: performance.now() }))
      say({ id: 's', type: 'subscribe', payload: { query: 'subscription { changed { id } }' } })
      return socket
    }),
  )
  await until(async () => (await openSubscriptions()) === 500)
  const began = performance.now()
  await stopping.stop()
  expect(closed.map(({ code }) => code)).toEqual(clients.map(() => 1012))
  const times = closed.map(({ at }) => at - began).toSorted((a, b) => a - b)
  expect(times.at(-1)).toBeLessThan(4_500)
  expect(times[250]).toBeGreaterThan(1_000)
  // Disconnects are spread evenly over tenths of a second.
  for (let from = 0; from < 3_000; from += 100)
    expect(times.filter((at) => at >= from && at < from + 100).length).toBeLessThan(60)
  expect(await openSubscriptions()).toBe(0)
  expect(clients.every(({ readyState }) => readyState === WebSocket.CLOSED)).toBe(true)
}, 30_000)
