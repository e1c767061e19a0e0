import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Client } from 'graphql-ws'
import { WebSocket } from 'ws'
import { feed, finish, live, more, publish, subscribed, upstreamSubscriptions } from './event-feed.ts'
import { startGraph, type TestGraph } from './graph.ts'
import { startIssuer, type TestIssuer } from './tokens.ts'
import { until } from './until.ts'
import { subscribe, wsClient } from './websocket-client.ts'

let issuer: TestIssuer
let graph: TestGraph
const clients: Client[] = []

beforeAll(async () => {
  issuer = await startIssuer()
  graph = await startGraph({ live, more }, { tokenIssuer: issuer.tokenIssuer })
})
afterAll(async () => {
  await graph.stop()
  await issuer.stop()
})
beforeEach(() => {
  graph.forget()
  subscribed.length = 0
})
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose()
  await until(() => upstreamSubscriptions() === 0)
})

function client(token?: string): Client {
  const one = wsClient(graph.url, token)
  clients.push(one)
  return one
}

describe('an event', () => {
  it('is completed by other subgraphs', async () => {
    const received = subscribe(
      client(),
      'subscription($with: Boolean!) { c: changed { ...T double @include(if: $with) } } fragment T on Thing { id owner { name } size }',
      { with: true },
    )
    await until(() => upstreamSubscriptions() === 1)
    publish('a', 'abc')
    await until(() => received.events.length === 1)
    expect(received.events[0]).toEqual({ data: { c: { id: 'a', owner: { name: 'owner of a' }, size: 3, double: 6 } } })
  })

  it('may be one of a union, each with its own entities', async () => {
    const received = subscribe(
      client(),
      'subscription { either { __typename ... on Thing { double } ... on Other { reason thing { owner { name } } } } }',
    )
    await until(() => received.end === 'completed')
    expect(received.events).toEqual([
      { data: { either: { __typename: 'Thing', double: 8 } } },
      { data: { either: { __typename: 'Other', reason: 'none', thing: { owner: { name: 'owner of o' } } } } },
    ])
  })

  it('is resolved once for all viewers who see the same', async () => {
    const one = client()
    const received = [1, 2, 3].map(() => subscribe(one, 'subscription { changed { id owner { name } } }'))
    const other = subscribe(one, 'subscription { changed(only: "z") { id owner { name } } }')
    await until(() => upstreamSubscriptions() === 2)
    publish('a')
    publish('b')
    await until(() => received.every(({ events }) => events.length === 2))
    expect(subscribed).toHaveLength(2)
    expect(graph.calls('more')).toHaveLength(2)
    expect(other.events).toEqual([])
  })

  it('is never resolved for one and sent to another', async () => {
    const query = 'subscription { changed { id seenBy } }'
    const tokens = await Promise.all(['r1', 'r2'].map((sub) => issuer.token({ sub })))
    const received = [subscribe(client(), query), ...tokens.map((token) => subscribe(client(token), query))]
    await until(() => upstreamSubscriptions() === 3)
    publish('a')
    await until(() => received.every(({ events }) => events.length === 1))
    expect(received.map(({ events }) => events[0]?.data)).toEqual(
      ['anonymous ', 'customer r1', 'customer r2'].map((seenBy) => ({ changed: { id: 'a', seenBy } })),
    )
    expect(subscribed.sort()).toEqual(['anonymous ', 'customer r1', 'customer r2'])
  })
})

describe('a subscription', () => {
  it('ends at the subgraph when its last client leaves', async () => {
    const one = client()
    const [first, second] = [
      subscribe(one, 'subscription { changed { id } }'),
      subscribe(one, 'subscription { changed { id } }'),
    ]
    await until(() => upstreamSubscriptions() === 1)
    first?.stop()
    publish('a')
    await until(() => second?.events.length === 1)
    second?.stop()
    await until(() => upstreamSubscriptions() === 0)
  })

  it('that the subgraph refuses ends with an error without internal details', async () => {
    const received = subscribe(client(), 'subscription { refused { id } }')
    await until(() => received.end === 'completed')
    expect(JSON.stringify(received.events)).not.toContain('secret')
    expect(received.events).toEqual([
      {
        data: null,
        errors: [
          expect.objectContaining({
            path: ['refused'],
            extensions: expect.objectContaining({ code: 'INTERNAL_SERVER_ERROR' }),
          }),
        ],
      },
    ])
  })

  it('continues when its subgraph restarts', async () => {
    const received = subscribe(client(), 'subscription { changed { id } }')
    await until(() => upstreamSubscriptions() === 1)
    publish('before')
    await until(() => received.events.length === 1)
    await graph.stopSubgraph('live')
    await until(() => upstreamSubscriptions() === 0)
    await graph.startSubgraph('live')
    await until(() => upstreamSubscriptions() === 1)
    publish('after')
    await until(() => received.events.length === 2)
    expect(received.end).toBeUndefined()
    expect(received.events[1]).toEqual({ data: { changed: { id: 'after' } }, extensions: { gap: { missed: 1 } } })
  })

  it('continues when its subgraph ends its streams because it stops', async () => {
    const received = subscribe(client(), 'subscription { changed { id } }')
    await until(() => upstreamSubscriptions() === 1)
    publish('before')
    await until(() => received.events.length === 1)
    finish()
    await sleep(50)
    await graph.stopSubgraph('live')
    await graph.startSubgraph('live')
    await until(() => upstreamSubscriptions() === 1)
    publish('after')
    await until(() => received.events.length === 2)
    expect(received.end).toBeUndefined()
    expect(received.events[1]).toEqual({ data: { changed: { id: 'after' } }, extensions: { gap: { missed: 1 } } })
  })

  it('ends when its subgraph has nothing more to say', async () => {
    const received = subscribe(client(), 'subscription { changed { id } }')
    await until(() => upstreamSubscriptions() === 1)
    publish('last')
    finish()
    await until(() => received.end === 'completed')
    expect(received.events).toEqual([{ data: { changed: { id: 'last' } } }])
    await sleep(300)
    expect(upstreamSubscriptions()).toBe(0)
  })

  it('fails at once when its subgraph cannot be reached', async () => {
    await graph.stopSubgraph('live')
    const received = subscribe(client(), 'subscription { changed { id } }')
    await until(() => received.end === 'completed')
    expect(received.events[0]?.errors).toEqual([
      expect.objectContaining({ path: ['changed'], extensions: { code: 'UNAVAILABLE' } }),
    ])
    await graph.startSubgraph('live')
  })

  it('over WebSocket follows the same rules', async () => {
    const one = client()
    const received = subscribe(one, '{ __typename owner { name } }')
    await until(() => received.end === 'completed')
    expect(received.events).toEqual([{ data: { __typename: 'Query', owner: { name: 'x' } } }])
    const wrong = subscribe(one, '{ nothing }')
    await until(() => wrong.end !== undefined)
    expect(wrong.end).toEqual([expect.objectContaining({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } })])
    const deep = subscribe(one, `{ ${Array.from({ length: 40 }, (_, index) => `a${index}: live`).join(' ')} }`)
    await until(() => deep.end !== undefined)
    expect(JSON.stringify(deep.end)).toContain('too large')
  })
})

describe('a connection', () => {
  it('with a bad token is refused with a code that clients do not retry', async () => {
    const received = subscribe(client('no.such.token'), 'subscription { changed { id } }')
    await until(() => received.end !== undefined)
    expect(received.end).toMatchObject({ code: 4401, reason: expect.stringContaining('token') })
  })

  it('is closed when its token ends, with a code that clients retry', async () => {
    // The gateway allows its clock to be 30 s behind the issuer's.
    const token = await issuer.token({}, { expires: Math.floor(Date.now() / 1_000) - 28 })
    const received = subscribe(client(token), 'subscription { changed { id } }')
    await until(() => received.end !== undefined)
    expect(received.end).toMatchObject({ code: 4403 })
  })

  it('that cannot keep up loses the oldest events and gets their number', async () => {
    const slow = new WebSocket(graph.url.replace('http', 'ws'), 'graphql-transport-ws')
    await new Promise((resolve) => slow.once('open', resolve))
    slow.send('{"type":"connection_init"}')
    await new Promise((resolve) => slow.once('message', resolve))
    slow.send(
      JSON.stringify({ id: 's', type: 'subscribe', payload: { query: 'subscription { changed { id text } }' } }),
    )
    const fast = subscribe(client(), 'subscription { changed { id } }')
    await until(() => upstreamSubscriptions() === 2)
    slow.pause()
    const ids: string[] = []
    const gaps: number[] = []
    slow.on('message', (data) => {
      const { payload } = JSON.parse(String(data))
      ids.push(payload.data.changed.id)
      gaps.push(payload.extensions?.gap.missed ?? 0)
    })
    const count = 400
    const text = 'x'.repeat(100_000)
    for (let number = 0; number < count; number++) {
      publish(String(number), text)
      if (number % 20 === 0) await until(() => fast.events.length >= number)
    }
    await until(() => fast.events.length === count)
    slow.resume()
    await until(() => ids.at(-1) === String(count - 1))
    expect(ids.length).toBeLessThan(count)
    expect(ids.length + gaps.reduce((sum, missed) => sum + missed)).toBe(count)
    expect(ids.map(Number)).toEqual(ids.map(Number).toSorted((a, b) => a - b))
    slow.close()
  })
})

it('the feed has no listener left', () => {
  expect(feed.listenerCount('event')).toBe(0)
})
