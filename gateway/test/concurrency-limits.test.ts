import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { anonymous } from '@holdfast/service/identity'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { concurrencyLimiter, type Slot } from '../src/admission/connection-limits.ts'
import type { Requester } from '../src/core/requester.ts'
import { Channel } from '../src/subscriptions/channel.ts'
import { startGraph, type TestGraph, type TestSubgraph } from './graph.ts'
import { startIssuer, type TestIssuer } from './tokens.ts'

const clock: TestSubgraph = {
  sdl: 'type Query { now: Int } type Subscription { ticks(until: Int! = 1000000): Int }',
  resolvers: {
    Query: { now: () => 1 },
    Subscription: {
      ticks: {
        subscribe: async function* (_: unknown, { until }: { until: number }) {
          for (let ticks = 0; ticks < until; ticks++) {
            yield { ticks }
            await sleep(5)
          }
        },
      },
    },
  },
}

describe('what is counted', () => {
  const customer = (id: string, address = 'a'): Requester => ({
    viewer: { id, role: 'customer', scopes: [] },
    limitKey: `customer ${id}`,
    address,
    expiresAt: undefined,
    client: undefined,
    keyChanged: undefined,
  })
  const nobody = { ...customer(''), viewer: anonymous, key: 'address a' }
  const leave = (entered: Slot) => entered.ok && entered.release()

  it('returns to zero, however often slots are released', () => {
    const open = concurrencyLimiter({
      connectionsPerIdentity: 2,
      connectionsPerAddress: 3,
      subscriptionsPerIdentity: 2,
    })
    for (let n = 0; n < 1_000; n++) {
      const entered = [
        open.address('a'),
        open.connection(customer('1')),
        open.subscription(customer('1')),
        open.stream(customer('2')),
      ]
      expect(entered.every(({ ok }) => ok)).toBe(true)
      for (const one of entered) {
        leave(one)
        leave(one)
      }
      expect(open.size).toBe(0)
    }
  })

  it('takes all slots of a stream or none', () => {
    const open = concurrencyLimiter({
      connectionsPerIdentity: 5,
      connectionsPerAddress: 5,
      subscriptionsPerIdentity: 1,
    })
    const first = open.stream(customer('1'))
    for (let n = 0; n < 20; n++) expect(open.stream(customer('1')).ok).toBe(false)
    for (let n = 0; n < 4; n++) expect(open.stream(customer(`other ${n}`)).ok).toBe(true)
    expect(open.stream(customer('one too many')).ok).toBe(false)
    leave(first)
    expect(open.stream(customer('1')).ok).toBe(true)
  })

  it('counts anonymous requesters by address only', () => {
    const open = concurrencyLimiter({
      connectionsPerIdentity: 1,
      connectionsPerAddress: 3,
      subscriptionsPerIdentity: 9,
    })
    for (let n = 0; n < 3; n++) expect(open.stream(nobody).ok).toBe(true)
    expect(open.stream(nobody).ok).toBe(false)
  })
})

describe('over the transports', () => {
  let graph: TestGraph
  let issuer: TestIssuer
  beforeAll(async () => {
    issuer = await startIssuer()
    graph = await startGraph(
      { clock },
      {
        tokenIssuer: issuer.tokenIssuer,
        trustedProxies: 1,
        concurrencyLimits: { connectionsPerIdentity: 2, connectionsPerAddress: 4, subscriptionsPerIdentity: 3 },
      },
    )
  })
  afterAll(async () => {
    await graph.stop()
    await issuer.stop()
  })

  let addresses = 0
  const elsewhere = () => ({ 'x-forwarded-for': `198.51.100.${++addresses}` })
  const socket = (headers: Record<string, string>) =>
    new WebSocket(graph.url.replace('http', 'ws'), 'graphql-transport-ws', { headers })
  const stream = async (headers: Record<string, string>, signal = new AbortController().signal) =>
    fetch(graph.url, {
      method: 'POST',
      signal,
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
      body: JSON.stringify({ query: 'subscription { ticks }' }),
    })
  const refused = async (limit: string) => {
    const metrics = await (await fetch(graph.url.replace('graphql', 'metrics'))).text()
    return Number(new RegExp(`gateway_refused_total\\{limit="${limit}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0)
  }
  const eventually = async (what: () => Promise<boolean>) => {
    for (let n = 0; n < 100; n++) {
      if (await what()) return
      await sleep(20)
    }
    throw new Error('it never came to be')
  }

  it('WebSockets per address are limited, and a slot is free when one closes', async () => {
    const here = elsewhere()
    const before = await refused('connections per address')
    for (let round = 0; round < 10; round++) {
      const open = Array.from({ length: 4 }, () => socket(here))
      await Promise.all(open.map((one) => once(one, 'open')))
      const [error] = (await once(socket(here), 'error')) as [Error]
      expect(error.message).toContain('429')
      for (const one of open) one.close()
      await Promise.all(open.map((one) => once(one, 'close')))
    }
    expect((await refused('connections per address')) - before).toBe(10)
    const other = socket(elsewhere())
    await once(other, 'open')
    other.close()
  })

  it('a failed handshake keeps no slot', async () => {
    const here = elsewhere()
    const { port } = new URL(graph.url)
    for (let n = 0; n < 10; n++) {
      const bad = connect(Number(port), '127.0.0.1')
      bad.write(
        `GET /graphql HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Forwarded-For: ${here['x-forwarded-for']}\r\n\r\n`,
      )
      const [answer] = (await once(bad, 'data')) as [Buffer]
      expect(String(answer)).toMatch(/^HTTP\/1.1 4(?!29)/)
      bad.destroy()
    }
  })

  it('a refused client that disconnects at once disturbs nobody', async () => {
    const here = elsewhere()
    const open = Array.from({ length: 4 }, () => socket(here))
    await Promise.all(open.map((one) => once(one, 'open')))
    const { port } = new URL(graph.url)
    for (let n = 0; n < 20; n++) {
      const rude = connect(Number(port), '127.0.0.1')
      rude.write(
        `GET /graphql HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Forwarded-For: ${here['x-forwarded-for']}\r\n\r\n`,
      )
      await once(rude, 'connect')
      rude.resetAndDestroy()
    }
    await sleep(50)
    expect((await graph.ask('{ now }')).data).toEqual({ now: 1 })
    for (const one of open) one.close()
    await Promise.all(open.map((one) => once(one, 'close')))
  })

  it('WebSockets per person are limited, and clients of one too many are asked to retry', async () => {
    const authorization = `Bearer ${await issuer.token({ sub: 'ann' })}`
    const enter = async () => {
      const one = socket(elsewhere())
      await once(one, 'open')
      const [told, closed] = [once(one, 'message'), once(one, 'close')]
      one.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }))
      return { one, told, closed }
    }
    for (let round = 0; round < 5; round++) {
      const open = [await enter(), await enter()]
      await Promise.all(open.map(({ told }) => told))
      const [code, reason] = (await (await enter()).closed) as [number, Buffer]
      expect(code).toBe(1013)
      expect(String(reason)).toContain('connections per identity')
      for (const { one } of open) one.close()
      await Promise.all(open.map(({ closed }) => closed))
    }
  })

  it('event streams per person are limited, with status 429', async () => {
    const authorization = `Bearer ${await issuer.token({ sub: 'bob' })}`
    for (let round = 0; round < 5; round++) {
      const leaving = new AbortController()
      const open = await Promise.all([1, 2].map(() => stream({ ...elsewhere(), authorization }, leaving.signal)))
      expect(open.map(({ status }) => status)).toEqual([200, 200])
      const third = await stream({ ...elsewhere(), authorization })
      expect(third.status).toBe(429)
      expect(third.headers.get('retry-after')).toBe('10')
      expect(await third.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterS: 10 } }] })
      leaving.abort()
      await eventually(async () => {
        const again = new AbortController()
        const { status } = await stream({ ...elsewhere(), authorization }, again.signal)
        again.abort()
        return status === 200
      })
      await sleep(50)
    }
  })

  describe('a subscription that never started', () => {
    const threeFit = async (authorization: string) => {
      const leaving = new AbortController()
      // One of the two connections is closed a moment later than its client knows.
      await eventually(async () => {
        const { status } = await stream({ ...elsewhere(), authorization }, leaving.signal)
        return status === 200
      })
      const client = createClient({
        url: graph.url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: { authorization },
        retryAttempts: 0,
      })
      const open = [1, 2].map(() => client.iterate({ query: 'subscription { ticks }' }))
      for (const ticks of open)
        expect(await ticks.next()).toMatchObject({ value: { data: { ticks: expect.any(Number) } } })
      await expect(client.iterate({ query: 'subscription { ticks }' }).next()).rejects.toMatchObject([
        { extensions: { code: 'RATE_LIMITED' } },
      ])
      await client.dispose()
      leaving.abort()
    }

    it('because of an internal error, keeps no slot', async () => {
      const authorization = `Bearer ${await issuer.token({ sub: 'dora' })}`
      const opening = jest.spyOn(Channel.prototype, 'start').mockImplementation(() => {
        throw new Error('not today')
      })
      const client = createClient({
        url: graph.url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: { authorization },
        retryAttempts: 0,
      })
      try {
        for (let n = 0; n < 5; n++) {
          const streamed = await stream({ ...elsewhere(), authorization })
          expect(await streamed.text()).toContain('INTERNAL_SERVER_ERROR')
          expect(await client.iterate({ query: 'subscription { ticks }' }).next()).toMatchObject({
            value: { errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] },
          })
        }
      } finally {
        opening.mockRestore()
      }
      await client.dispose()
      await threeFit(authorization)
    })

    it('because its client left during admission, keeps no slot', async () => {
      const authorization = `Bearer ${await issuer.token({ sub: 'emil' })}`
      for (let n = 0; n < 10; n++) {
        const one = socket(elsewhere())
        await once(one, 'open')
        one.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }))
        await once(one, 'message')
        for (let id = 0; id < 5; id++) {
          one.send(JSON.stringify({ id: `${id}`, type: 'subscribe', payload: { query: 'subscription { ticks }' } }))
          if (n % 2) one.send(JSON.stringify({ id: `${id}`, type: 'complete' }))
        }
        one.close()
        await once(one, 'close')
      }
      await threeFit(authorization)
    })
  })

  it('subscriptions per person are limited over all connections', async () => {
    const authorization = `Bearer ${await issuer.token({ sub: 'carl' })}`
    const leaving = new AbortController()
    await stream({ ...elsewhere(), authorization }, leaving.signal)
    const client: Client = createClient({
      url: graph.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
      retryAttempts: 0,
    })
    const ticking = () => {
      const ticks = client.iterate({ query: 'subscription { ticks }' })
      return { first: ticks.next(), ticks }
    }
    for (let round = 0; round < 5; round++) {
      const open = [ticking(), ticking()]
      for (const { first } of open)
        expect(await first).toMatchObject({ value: { data: { ticks: expect.any(Number) } } })
      await expect(ticking().first).rejects.toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }])
      for (const { ticks } of open) await ticks.return?.()
      await sleep(50)
    }
    for (let n = 0; n < 4; n++) {
      const all = []
      for await (const event of client.iterate({ query: 'subscription { ticks(until: 2) }' })) all.push(event)
      expect(all).toHaveLength(2)
    }
    await client.dispose()
    leaving.abort()
  })
})
