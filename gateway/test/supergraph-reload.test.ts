/** Subscriptions continue when the supergraph changes. */
import { writeFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { queryObjects } from 'node:v8'
import { QueryPlanner } from '@apollo/query-planner'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createClient as createSseClient } from 'graphql-sse'
import type { Client } from 'graphql-ws'
import { live, more, publish, subscribed, upstreamSubscriptions } from './event-feed.ts'
import { type Running, startGraph, startSubgraph, supergraphOf, type TestGraph, type TestSubgraph } from './graph.ts'
import { startIssuer, type TestIssuer } from './tokens.ts'
import { until } from './until.ts'
import { openSubscriptions, type Received, subscribe, wsClient } from './websocket-client.ts'

let issuer: TestIssuer
let graph: TestGraph
const clients: Client[] = []
const others: Running[] = []
let version = 0

beforeAll(async () => {
  issuer = await startIssuer()
  graph = await startGraph({ live, more }, { tokenIssuer: issuer.tokenIssuer })
})
afterAll(async () => {
  for (const other of others) await other.stop()
  await graph.stop()
  await issuer.stop()
})
beforeEach(async () => {
  await serve({ live, more })
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

/** Replaces the supergraph and waits until it is served, which an additional field shows. */
async function serve(subgraphs: Record<string, TestSubgraph>, urls: Record<string, string> = {}): Promise<void> {
  const mark = `version${++version}`
  const marked = {
    ...subgraphs,
    more: { ...more, sdl: `${(subgraphs['more'] ?? more).sdl} extend type Query { ${mark}: Int }` },
  }
  const sdl = supergraphOf(marked, { live: graph.subgraphUrl('live'), more: graph.subgraphUrl('more'), ...urls })
  await writeFile(graph.supergraphFile, sdl)
  await until(
    async () => (await graph.ask(`{ ${mark} }`)).errors?.[0]?.extensions['code'] !== 'GRAPHQL_VALIDATION_FAILED',
  )
}

const ids = ({ events }: Received) =>
  events.map(({ data }) => Object.values(data as Record<string, { id: string }>)[0]?.id)
const gaps = ({ events }: Received) =>
  events.map(({ extensions }) => (extensions as { gap?: { missed: number } } | undefined)?.gap?.missed ?? 0)

/** `count` different subscriptions to the same events over several sockets. */
async function many(count: number): Promise<Received[]> {
  const sockets = Array.from({ length: 10 }, () => client())
  const fields = ['id', 'id size', 'id owner { name }', 'id double', 'id text size']
  const received = Array.from({ length: count }, (_, index) =>
    subscribe(
      sockets[index % sockets.length] ?? client(),
      `subscription Number${index % 40}($with: Boolean = true) { c${index}: changed { ${fields[index % fields.length]} text @include(if: $with) } }`,
    ),
  )
  await until(async () => (await openSubscriptions()) === count)
  await until(() => upstreamSubscriptions() === count)
  return received
}

describe('a new supergraph', () => {
  it('that adds a field elsewhere loses no event of 200 subscriptions and subscribes none again', async () => {
    const received = await many(200)
    const before = subscribed.length
    let sent = 0
    const sending = setInterval(() => publish(String(sent++)), 20)
    await serve({ live, more: { ...more, sdl: `${more.sdl} extend type Owner { age: Int }` } })
    clearInterval(sending)
    publish('last')
    await until(() => received.every((one) => ids(one).at(-1) === 'last'), 10)
    const expected = [...Array.from({ length: sent }, (_, number) => String(number)), 'last']
    for (const one of received) {
      expect(ids(one)).toEqual(expected)
      expect(gaps(one).every((missed) => missed === 0)).toBe(true)
      expect(one.end).toBeUndefined()
    }
    expect(subscribed).toHaveLength(before)
  })

  it('applies to open subscriptions: a field that moved to another subgraph is requested there', async () => {
    const received = subscribe(client(), 'subscription { changed { id owner { name } } }')
    await until(() => upstreamSubscriptions() === 1)
    publish('a')
    await until(() => received.events.length === 1)
    const extra: TestSubgraph = {
      sdl: `type Query { extra: Int } type Thing @key(fields: "id") { id: ID! owner: Owner } type Owner @key(fields: "name") { name: String! }`,
      resolvers: {
        Query: { extra: () => 1 },
        Thing: {
          __resolveReference: (one: object) => one,
          owner: ({ id }: { id: string }) => ({ name: `new owner of ${id}` }),
        },
      },
    }
    const port = await start('extra', extra)
    const without = { ...more, sdl: more.sdl.replace('owner: Owner\n      double', 'double') }
    await serve({ live, more: without, extra }, { extra: `http://127.0.0.1:${port}/graphql` })
    const renamed = { data: { changed: { id: 'b', owner: { name: 'new owner of b' } } } }
    await until(() => {
      publish('b')
      return isDeepStrictEqual(received.events.at(-1), renamed)
    })
    expect(subscribed).toHaveLength(1)
  })

  it('in which the subgraph has moved costs only a gap notice', async () => {
    const received = await many(50)
    publish('before')
    await until(() => received.every(({ events }) => events.length === 1))
    const port = await start('live', live)
    await serve({ live, more }, { live: `http://127.0.0.1:${port}/graphql` })
    await until(() => subscribed.length === 100)
    await graph.stopSubgraph('live')
    await until(() => upstreamSubscriptions() === 50)
    publish('after')
    await until(() => received.every(({ events }) => events.length === 2))
    for (const one of received) {
      expect(ids(one)).toEqual(['before', 'after'])
      expect(gaps(one)).toEqual([0, 1])
      expect(one.end).toBeUndefined()
    }
    await graph.startSubgraph('live')
    await serve({ live, more })
    await until(() => subscribed.length === 150)
  })

  it('without a selected field ends that subscription with a reason, and no other', async () => {
    const one = client()
    const [gone, stays] = [
      subscribe(one, 'subscription { changed { id text } }'),
      subscribe(one, 'subscription { changed { id } }'),
    ]
    const streamed: unknown[] = []
    const sse = createSseClient({ url: graph.url, retryAttempts: 0 })
    sse.subscribe(
      { query: 'subscription { changed { text } }' },
      { next: (event) => streamed.push(event), error: () => undefined, complete: () => streamed.push('complete') },
    )
    await until(() => upstreamSubscriptions() === 3)
    await serve({ live: { ...live, sdl: live.sdl.replace('text: String! ', '') }, more })
    await until(() => gone.end !== undefined && streamed.length === 2)
    expect(gone.end).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('"text"'),
        extensions: expect.objectContaining({ code: 'SUBSCRIPTION_SCHEMA_RELOAD' }),
      }),
    ])
    expect(streamed).toEqual([
      { errors: [expect.objectContaining({ extensions: { code: 'SUBSCRIPTION_SCHEMA_RELOAD' } })] },
      'complete',
    ])
    await until(() => upstreamSubscriptions() === 1)
    publish('a')
    await until(() => stays.events.length === 1)
    expect(stays.end).toBeUndefined()
    expect(gaps(stays)).toEqual([0])
    sse.dispose()
  })

  it('with other access rules applies to open subscriptions', async () => {
    const token = await issuer.token({ sub: 'r1' })
    const query = 'subscription { changed { id text } }'
    const [nobody, customer] = [subscribe(client(), query), subscribe(client(token), query)]
    await until(() => upstreamSubscriptions() === 2)
    publish('a')
    await until(() => nobody.events.length === 1 && customer.events.length === 1)
    const guarded = live.sdl.replace('text: String!', 'text: String! @authenticated')
    await serve({ live: { ...live, sdl: guarded }, more })
    await until(() => subscribed.length === 3) // Subscriptions without clients have ended.
    await until(() => upstreamSubscriptions() === 2)
    publish('b', 'secret')
    await until(() => nobody.events.length === 2 && customer.events.length === 2)
    expect(customer.events[1]).toEqual({ data: { changed: { id: 'b', text: 'secret' } } })
    expect(nobody.events[1]?.errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED' })
    expect(JSON.stringify(nobody.events[1])).not.toContain('secret')
    expect(nobody.end).toBeUndefined()
  })

  it('that separates viewers who saw the same gives each their own events', async () => {
    const declaring = (identity: string) => ({
      ...live,
      sdl: `
        extend schema @link(url: "https://holdfast.dev/gateway/v0.1", import: ["@live"]) @composeDirective(name: "@live")
        directive @live(slow: String! = "drop", key: String, identity: [String!], snapshot: Boolean! = false) on FIELD_DEFINITION
        ${live.sdl.replace('changed(only: ID): Thing!', `changed(only: ID): Thing! @live(identity: ${identity})`)}`,
    })
    await serve({ live: declaring('[]'), more })
    const tokens = await Promise.all(['r1', 'r2'].map((sub) => issuer.token({ sub })))
    const received = [undefined, ...tokens].map((token) => subscribe(client(token), 'subscription { changed { id } }'))
    await until(async () => (await openSubscriptions()) === 3)
    await until(() => subscribed.length > 0)
    expect(subscribed).toEqual(['anonymous '])
    await serve({ live: declaring('["id", "role"]'), more })
    await until(() => upstreamSubscriptions() === 3)
    expect(subscribed.toSorted().slice(-2)).toEqual(['customer r1', 'customer r2'])
    publish('b')
    await until(() => received.every(({ events }) => events.length === 1))
    expect(received.map(ids)).toEqual([['b'], ['b'], ['b']])
    expect(received.map((one) => gaps(one)[0])).toEqual([0, 1, 1])
  })

  it('that does not load changes nothing', async () => {
    const received = subscribe(client(), 'subscription { changed { id } }')
    await until(() => upstreamSubscriptions() === 1)
    await writeFile(graph.supergraphFile, 'type Query { this is none')
    await new Promise((resolve) => setTimeout(resolve, 700)) // The file is polled several times.
    publish('a')
    await until(() => received.events.length === 1)
    expect(received.end).toBeUndefined()
    expect(subscribed).toHaveLength(1)
  })
})

it('nothing of a previous graph is kept, however many subscriptions outlive it', async () => {
  const planners = () => queryObjects(QueryPlanner, { format: 'count' })
  const before = planners()
  await many(50)
  const sse = createSseClient({ url: graph.url, retryAttempts: 0 })
  sse.subscribe(
    { query: 'subscription { changed { id } }' },
    { next: () => undefined, error: () => undefined, complete: () => undefined },
  )
  await until(() => upstreamSubscriptions() === 51)
  for (let round = 0; round < 2; round++) await serve({ live, more })
  await until(() => planners() <= before)
  sse.dispose()
})

async function start(name: string, definition: TestSubgraph): Promise<number> {
  const one = await startSubgraph(name, definition, graph.secret, 0, () => undefined)
  others.push(one)
  return one.port
}
