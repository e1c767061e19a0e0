import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createClient } from 'graphql-sse'
import * as metrics from '../src/metrics/subscriptions.ts'
import { live, more, publish, upstreamSubscriptions } from './event-feed.ts'
import { startGraph, type TestGraph } from './graph.ts'
import { now, startIssuer, type TestIssuer } from './tokens.ts'
import { fakeTimers, until } from './until.ts'
import { openSubscriptions, sumOf } from './websocket-client.ts'

let issuer: TestIssuer
let graph: TestGraph
beforeAll(async () => {
  issuer = await startIssuer()
  graph = await startGraph({ live, more }, { tokenIssuer: issuer.tokenIssuer })
})
afterAll(async () => {
  await graph.stop()
  await issuer.stop()
})

describe('server-sent events', () => {
  it('carry a subscription with its identity, and end with the client', async () => {
    const token = await issuer.token()
    const client = createClient({ url: graph.url, headers: { authorization: `Bearer ${token}` }, retryAttempts: 0 })
    const events = client.iterate({ query: 'subscription { changed { id seenBy } }' })
    const first = events.next()
    await until(() => upstreamSubscriptions() === 1)
    publish('a')
    expect(await first).toMatchObject({ value: { data: { changed: { id: 'a', seenBy: 'customer r1' } } } })
    await events.return?.()
    await until(() => upstreamSubscriptions() === 0)
  })

  it('carry queries and errors too', async () => {
    const client = createClient({ url: graph.url, retryAttempts: 0 })
    const once = async (query: string) => {
      const events = []
      for await (const event of client.iterate({ query })) events.push(event)
      return events
    }
    expect(await once('{ owner { name } }')).toEqual([{ data: { owner: { name: 'x' } } }])
    expect(await once('{ nothing }')).toMatchObject([
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
    ])
    client.dispose()
  })

  it('end when the token expires', async () => {
    const token = await issuer.token({}, { expires: now() - 28 })
    const response = await graph.post(
      { query: 'subscription { changed { id } }' },
      { accept: 'text/event-stream', authorization: `Bearer ${token}` },
    )
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    expect(await response.text()).toBe(
      'event: next\ndata: {"errors":[{"message":"The token has expired. Sign in again.","extensions":{"code":"UNAUTHENTICATED"}}]}\n\nevent: complete\ndata: \n\n',
    )
    await until(() => upstreamSubscriptions() === 0)
  })
})

it('multipart carries a subscription as Apollo clients read it', async () => {
  const response = await graph.post(
    { query: 'subscription { either { __typename } }' },
    { accept: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json' },
  )
  expect(response.headers.get('content-type')).toBe('multipart/mixed; boundary=graphql; subscriptionSpec=1.0')
  const part = (type: string) =>
    `\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{"payload":{"data":{"either":{"__typename":"${type}"}}}}`
  expect(await response.text()).toBe(`${part('Thing')}${part('Other')}\r\n--graphql--\r\n`)
})

it('a subscription is not answered as one response', async () => {
  const response = await graph.post({ query: 'subscription { changed { id } }' })
  expect(response.status).toBe(406)
})

describe('a stream without a reader', () => {
  const open: Socket[] = []
  afterEach(async () => {
    jest.useRealTimers()
    for (const socket of open.splice(0)) socket.destroy()
    await until(() => upstreamSubscriptions() === 0)
  })

  /** Sends a request without a client library, and reads nothing of the response. */
  async function unread(headers: Record<string, string> = {}): Promise<Socket> {
    const { hostname, port, pathname } = new URL(graph.url)
    const socket = connect(Number(port), hostname)
    open.push(socket)
    await once(socket, 'connect')
    socket.pause()
    const body = JSON.stringify({ query: 'subscription { changed { text } }' })
    const lines = Object.entries({
      host: hostname,
      'content-type': 'application/json',
      'content-length': String(body.length),
      accept: 'text/event-stream',
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`)
    socket.write(`POST ${pathname} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
    await until(() => upstreamSubscriptions() === 1)
    return socket
  }
  /** More than the buffers of sockets hold. */
  const flood = async () => {
    for (let number = 0; number < 200; number++) {
      publish(String(number), 'x'.repeat(100_000))
      if (number % 20 === 0) await sleep(10)
    }
  }
  it('gets nothing after its token has expired, and its subscription ends', async () => {
    const token = await issuer.token({}, { expires: now() - 28 })
    await unread({ authorization: `Bearer ${token}` })
    await flood()
    await until(async () => (await openSubscriptions()) === 0)
    publish('late')
    await until(() => upstreamSubscriptions() === 0)
    expect(await sumOf(metrics.queuedBytes)).toBe(0)
    expect((await graph.ask('{ live }')).data).toEqual({ live: true })
  })

  it('is cut off after a minute', async () => {
    fakeTimers('intervals')
    const before = await sumOf(metrics.cutOffs)
    await unread()
    await flood()
    jest.advanceTimersByTime(60_000)
    await sleep(50)
    expect(upstreamSubscriptions()).toBe(1)
    jest.advanceTimersByTime(12_000)
    await until(() => upstreamSubscriptions() === 0)
    expect(await sumOf(metrics.cutOffs)).toBe(before + 1)
    expect(await openSubscriptions()).toBe(0)
    expect(await sumOf(metrics.queuedBytes)).toBe(0)
  })
})
