/** What subgraphs declare about their subscriptions with `@live`. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Client } from 'graphql-ws'
import type { WebSocket } from 'ws'
import { readGraph } from '../src/supergraph/graph.ts'
import { events, feed, more, live as plain, publish, upstreamSubscriptions } from './event-feed.ts'
import { type Context, startGraph, supergraphOf, type TestGraph, type TestSubgraph } from './graph.ts'
import { startIssuer, type TestIssuer } from './tokens.ts'
import { until } from './until.ts'
import { openSubscriptions, rawSocket, subscribe, wsClient } from './websocket-client.ts'

const declaring = `
  extend schema @link(url: "https://holdfast.dev/gateway/v0.1", import: ["@live"]) @composeDirective(name: "@live")
  directive @live(slow: String! = "drop", key: String, identity: [String!], snapshot: Boolean! = false) on FIELD_DEFINITION
`

/** Viewers of subscriptions and of entity requests, as the subgraphs got them. */
const told: string[] = []
const teller = ({ viewer }: Context) => `${viewer.role} ${viewer.id} ${viewer.scopes.join('+')}`
const fed = (field: string, shaped: (thing: object) => object = (thing) => thing) => ({
  subscribe: (_: unknown, __: unknown, context: Context) => {
    told.push(`${field}: ${teller(context)}`)
    return events(field)
  },
  resolve: (event: Record<string, object>) => shaped(event[field] ?? {}),
})

const live: TestSubgraph = {
  sdl: `${declaring}
    type Query { live: Boolean }
    type Subscription {
      latest: Thing! @live(slow: "conflate", key: "id")
      nested: Nested! @live(slow: "conflate", key: "thing.id")
      either: Either! @live(slow: "conflate", key: "id")
      news: Thing! @live(slow: "close")
      everybody: Thing! @live(identity: [])
      byRole: Thing! @live(identity: ["role"])
      mine: Thing!
      state: Thing! @live(snapshot: true)
      members: Thing @authenticated
    }
    type Nested { thing: Thing! }
    union Either = Thing | Other
    type Other { id: ID! reason: String! }
    type Thing @key(fields: "id") {
      id: ID!
      text: String!
      size: Int!
      teller: String!
      secret: String @requiresScopes(scopes: [["secrets"]])
      hidden: String @authenticated
    }
  `,
  resolvers: {
    Query: { live: () => true },
    Subscription: {
      latest: fed('latest'),
      nested: fed('nested', (thing) => ({ thing })),
      either: fed('either', (thing) => ({
        ...thing,
        __typename: 'text' in thing && String(thing.text).startsWith('other') ? 'Other' : 'Thing',
        reason: 'x',
      })),
      news: fed('news'),
      everybody: fed('everybody'),
      byRole: fed('byRole'),
      mine: fed('mine'),
      state: { subscribe: () => events('state', undefined, { id: 'now', text: 'now' }) },
      members: fed('members'),
    },
    Thing: {
      __resolveReference: ({ id }: { id: string }) => ({ id, text: `text of ${id}` }),
      size: ({ text }: { text: string }) => text.length,
      teller: (_: unknown, __: unknown, context: Context) => teller(context),
      secret: () => 'secret',
      hidden: () => 'hidden',
    },
  },
}

/** Another subgraph, which declares that one of its fields is the same for everybody. */
const prices: TestSubgraph = {
  sdl: `${declaring}
    type Query { prices: Boolean }
    type Thing @key(fields: "id") {
      id: ID!
      price: Price @live(identity: [])
      discount: Int
    }
    type Price { cents: Int! askedBy: String! }
  `,
  resolvers: {
    Query: { prices: () => true },
    Thing: {
      __resolveReference: (reference: object) => reference,
      price: (_: unknown, __: unknown, context: Context) => {
        told.push(`price: ${teller(context)}`)
        return { cents: 100, askedBy: teller(context) }
      },
      discount: (_: unknown, __: unknown, { viewer }: Context) => viewer.id.length,
    },
  },
}

let issuer: TestIssuer
let graph: TestGraph
const clients: Client[] = []
const sockets: WebSocket[] = []
beforeAll(async () => {
  issuer = await startIssuer()
  graph = await startGraph({ live, more, prices }, { tokenIssuer: issuer.tokenIssuer })
})
afterAll(async () => {
  await graph.stop()
  await issuer.stop()
})
beforeEach(() => {
  told.length = 0
  graph.forget()
})
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose()
  for (const socket of sockets.splice(0)) socket.terminate()
  await until(() => upstreamSubscriptions() === 0)
})

async function client(claims?: Record<string, string>): Promise<Client> {
  const one = wsClient(graph.url, claims && (await issuer.token(claims)))
  clients.push(one)
  return one
}

/** Makes a client slow, publishes, and lets it read again. Resolves to what it received. */
async function slowly(query: string, publishing: () => Promise<void>) {
  const { socket, say } = await rawSocket(graph.url)
  sockets.push(socket)
  say({ id: 's', type: 'subscribe', payload: { query } })
  await until(() => upstreamSubscriptions() === 1)
  socket.pause()
  await publishing()
  const got: { readonly type: string; readonly payload: unknown }[] = []
  socket.on('message', (data) => got.push(JSON.parse(String(data))))
  socket.resume()
  return { got, say }
}

const text = 'x'.repeat(100_000)
/** More than the buffers of sockets hold. */
const flood = async (count: number, keys: number) => {
  for (let number = 0; number < count; number++) {
    publish(String(number % keys), `${number} ${text}`)
    if (number % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
const textOf = (payload: unknown): string => JSON.stringify(payload).match(/"text":"(\d+) /)?.[1] ?? ''

describe('a slow client', () => {
  it.each([
    ['subscription { latest { text } }'],
    ['subscription { nested { thing { text } } }'],
    ['subscription { e: either { ... on Thing { text } } }'],
    ['subscription { latest { id: size  text } }'],
  ])('has the newest of each key when it reads again: %s', async (query) => {
    const { got } = await slowly(query, () => flood(400, 5))
    const last = () => got.slice(-5).map(({ payload }) => textOf(payload))
    await until(() => last().toSorted().join() === '395,396,397,398,399')
    expect(got.length).toBeLessThan(400)
    expect(JSON.stringify(got)).not.toContain('gap')
  })

  it('does not see the key that it did not select', async () => {
    const received = subscribe(await client(), 'subscription { nested { thing { size } } }')
    await until(() => upstreamSubscriptions() === 1)
    publish('a', 'abc')
    await until(() => received.events.length === 1)
    expect(received.events).toEqual([{ data: { nested: { thing: { size: 3 } } } }])
  })

  it('loses the subscription of a field that closes, and keeps its others', async () => {
    const { got, say } = await slowly('subscription { news { text } }', () => flood(400, 400))
    await until(() => got.some(({ type }) => type === 'error'))
    expect(got.at(-1)).toEqual({
      id: 's',
      type: 'error',
      payload: [expect.objectContaining({ extensions: { code: 'TOO_SLOW' } })],
    })
    await until(() => upstreamSubscriptions() === 0)
    say({ id: 'q', type: 'subscribe', payload: { query: '{ live }' } })
    await until(() => got.at(-1)?.type === 'complete')
    expect(got.at(-2)).toMatchObject({ id: 'q', payload: { data: { live: true } } })
  })
})

describe('viewers', () => {
  const customers = [
    { sub: 'r1', scope: 'a' },
    { sub: 'r2', scope: 'b' },
  ]
  const all = async () => [
    await client(),
    ...(await Promise.all(customers.map((claims) => client(claims)))),
    await client({ sub: 'o', role: 'operator' }),
  ]

  it.each([
    ['everybody', ['anonymous  ']],
    ['byRole', ['anonymous  ', 'customer  ', 'operator  ']],
    ['mine', ['anonymous  ', 'customer r1 a', 'customer r2 b', 'operator o ']],
  ])(
    'share %s when they are equal in what it declares, and subgraphs are told no more of them',
    async (field, tellers) => {
      const received = (await all()).map((one) =>
        subscribe(one, `subscription { ${field} { teller price { askedBy } } }`),
      )
      await until(async () => (await openSubscriptions()) === 4)
      await until(() => upstreamSubscriptions() === tellers.length)
      publish('a')
      await until(() => received.every(({ events }) => events.length === 1))
      const toldOf = (what: string) => told.filter((one) => one.startsWith(what)).toSorted()
      expect(toldOf(field)).toEqual(tellers.map((one) => `${field}: ${one}`))
      expect(toldOf('price')).toEqual(tellers.map((one) => `price: ${one}`))
      for (const { events } of received) {
        const thing = (events[0]?.data as Record<string, { teller: string; price: { askedBy: string } }> | undefined)?.[
          field
        ]
        expect(tellers).toContain(thing?.teller)
        expect(thing?.price.askedBy).toBe(thing?.teller)
      }
    },
  )

  it('do not share fields of other subgraphs that declare no viewer inputs', async () => {
    const received = (await all()).map((one) =>
      subscribe(one, 'subscription { everybody { price { cents } discount seenBy } }'),
    )
    await until(() => upstreamSubscriptions() === 4)
    publish('a')
    await until(() => received.every(({ events }) => events.length === 1))
    expect(received.map(({ events }) => events[0]?.data?.['everybody'])).toEqual(
      ['anonymous ', 'customer r1', 'customer r2', 'operator o'].map((seenBy) => ({
        price: { cents: 100 },
        discount: seenBy.split(' ')[1]?.length,
        seenBy,
      })),
    )
  })

  it('with different rights share nothing, whatever is declared', async () => {
    const received = [
      subscribe(await client(), 'subscription { everybody { id secret hidden } }'),
      subscribe(await client({ sub: 'r1' }), 'subscription { everybody { id secret hidden } }'),
      subscribe(await client({ sub: 'r2', scope: 'secrets' }), 'subscription { everybody { id secret hidden } }'),
      subscribe(await client({ sub: 'r3', scope: 'secrets' }), 'subscription { everybody { id secret hidden } }'),
    ]
    await until(async () => (await openSubscriptions()) === 4)
    await until(() => upstreamSubscriptions() === 3)
    publish('a')
    await until(() => received.every(({ events }) => events.length === 1))
    expect(
      received.map(({ events }) => [
        events[0]?.data?.['everybody'],
        events[0]?.errors?.map(({ extensions }) => extensions?.['code']),
      ]),
    ).toEqual([
      [{ id: 'a', secret: null, hidden: null }, ['UNAUTHENTICATED', 'UNAUTHENTICATED']],
      [{ id: 'a', secret: null, hidden: 'hidden' }, ['FORBIDDEN']],
      [{ id: 'a', secret: 'secret', hidden: 'hidden' }, undefined],
      [{ id: 'a', secret: 'secret', hidden: 'hidden' }, undefined],
    ])
    expect(told).toEqual(Array.from({ length: 3 }, () => 'everybody: anonymous  '))
  })

  it('viewers who may not see the field get an error, and the subgraph gets no request', async () => {
    const received = subscribe(await client(), 'subscription { members { id } }')
    await until(() => received.end === 'completed')
    expect(received.events).toEqual([
      {
        data: { members: null },
        errors: [expect.objectContaining({ path: ['members'], extensions: { code: 'UNAUTHENTICATED' } })],
      },
    ])
    expect(told).toEqual([])
    const member = subscribe(await client({ sub: 'r1' }), 'subscription { members { id } }')
    await until(() => upstreamSubscriptions() === 1)
    publish('a')
    await until(() => member.events.length === 1)
    expect(member.events).toEqual([{ data: { members: { id: 'a' } } }])
  })
})

describe('a client after the first event', () => {
  it('shares the subscription', async () => {
    const early = subscribe(await client(), 'subscription { everybody { id } }')
    await until(() => upstreamSubscriptions() === 1)
    publish('a')
    await until(() => early.events.length === 1)
    const late = subscribe(await client({ sub: 'r1' }), 'subscription { everybody { id } }')
    await until(async () => (await openSubscriptions()) === 2)
    publish('b')
    await until(() => late.events.length === 1 && early.events.length === 2)
    expect(late.events).toEqual([{ data: { everybody: { id: 'b' } } }])
    expect(told).toHaveLength(1)
  })

  it('gets its own subscription where that begins with a snapshot', async () => {
    const early = subscribe(await client(), 'subscription { state { id } }')
    await until(() => early.events.length === 1)
    const late = subscribe(await client(), 'subscription { state { id } }')
    await until(() => late.events.length === 1)
    publish('b')
    await until(() => early.events.length === 2 && late.events.length === 2)
    expect(late.events).toEqual([{ data: { state: { id: 'now' } } }, { data: { state: { id: 'b' } } }])
    expect(early.events).toEqual(late.events)
  })
})

describe('a declaration', () => {
  const declared = (directive: string, rest = '') =>
    readGraph(
      supergraphOf({
        live: {
          sdl: `${declaring}
            type Query { a: Int ${rest} }
            type Subscription { s: Event! @live${directive} }
            type Event { id: ID! list: [Part!]! part: Part at(zone: String): Int either: Either mixed: Mixed @inaccessible }
            type Part { id: ID! }
            union Either = Part | Other
            type Other { id: Int! }
            type Mixed { id: ID! }
          `,
          resolvers: {},
        },
      }),
    )

  it('is read from the supergraph, and clients do not see it', () => {
    const { live: read, schema } = declared(
      '(slow: "conflate", key: "part.id", identity: ["id", "role"])',
      'b: Int @live(identity: ["scopes"])',
    )
    expect(read.ofSubscription('s')).toEqual({
      slow: 'conflate',
      key: ['part', 'id'],
      identity: new Set(['id', 'role']),
      snapshot: false,
    })
    expect(read.identityOf('Query', 'b')).toEqual(new Set(['scopes']))
    expect(read.identityOf('Query', 'a')).toBeUndefined()
    expect(schema.getDirective('live')).toBeUndefined()
  })

  it('that is missing means drop and all viewer inputs', () => {
    const { live: read } = readGraph(supergraphOf({ live: plain, more }))
    expect(read.ofSubscription('s')).toEqual({
      slow: 'drop',
      key: undefined,
      identity: new Set(['id', 'role', 'scopes']),
      snapshot: false,
    })
  })

  it.each([
    ['(slow: "slowly")', 'slow'],
    ['(slow: "conflate")', 'go together'],
    ['(key: "id")', 'go together'],
    ['(slow: "conflate", key: "list.id")', 'through a list'],
    ['(slow: "conflate", key: "part")', 'scalar'],
    ['(slow: "conflate", key: "nothing")', 'nothing'],
    ['(slow: "conflate", key: "mixed.id")', 'mixed'],
    ['(slow: "conflate", key: "at")', 'arguments'],
    ['(slow: "conflate", key: "either.id")', 'one type'],
    ['(slow: "conflate", key: "id.")', 'path of field names'],
    ['(identity: ["name"])', 'identity'],
    ['(identity: ["id"])', 'with its role'],
  ])('of nonsense refuses the graph: %s', (directive, reason) => {
    expect(() => declared(directive)).toThrow(reason)
  })

  it('of more than identity is refused on other fields', () => {
    expect(() => declared('(identity: [])', 'b: Int @live(slow: "close", identity: [])')).toThrow('slow')
    expect(() => declared('(identity: [])', 'b: Int @live')).toThrow('identity')
  })
})

it('the feed has no listener left', () => {
  expect(feed.listenerCount('event')).toBe(0)
})
