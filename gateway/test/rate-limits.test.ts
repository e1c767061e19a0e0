import { testRedis } from '@holdfast/dev/testing'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { parse } from 'graphql'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { readFieldRates } from '../src/supergraph/rate-directive.ts'
import { startGraph, supergraphOf, type TestGraph, type TestSubgraph } from './graph.ts'
import { startIssuer, type TestIssuer } from './tokens.ts'

const declared = `
  extend schema @link(url: "https://holdfast.dev/gateway/v0.1", import: ["@rate"]) @composeDirective(name: "@rate")
  directive @rate(count: Int!, seconds: Int!, per: String! = "identity", away: String! = "local") repeatable
    on FIELD_DEFINITION
`
const safe: TestSubgraph = {
  sdl: `${declared}
    type Query {
      open: Int
      guess(code: Int): Boolean @rate(count: 4, seconds: 600)
      house: Int @rate(count: 3, seconds: 600, per: "address")
      all: Int @rate(count: 3, seconds: 600, per: "everybody")
      both: Int @rate(count: 50, seconds: 600) @rate(count: 2, seconds: 600, per: "everybody")
      paid: Int @rate(count: 50, seconds: 600, away: "refuse")
      thing: Thing
      fifty: Int @rate(count: 50, seconds: 600, per: "everybody")
    }
    type Mutation { spend: Int @rate(count: 2, seconds: 600) }
    type Subscription { ticks: Int @rate(count: 2, seconds: 600) }
    interface Thing { secret: Int }
    type Box implements Thing { secret: Int @rate(count: 2, seconds: 600, per: "everybody") }
  `,
  resolvers: {
    Query: {
      open: () => 1,
      guess: () => false,
      house: () => 1,
      all: () => 1,
      both: () => 1,
      paid: () => 1,
      fifty: () => 1,
      thing: () => ({ __typename: 'Box', secret: 1 }),
    },
    Mutation: { spend: () => 1 },
    Subscription: {
      ticks: {
        subscribe: async function* () {
          for (const ticks of [1, 2, 3, 4, 5]) yield { ticks }
        },
      },
    },
  },
}

let redis: Awaited<ReturnType<typeof testRedis>>
let issuer: TestIssuer
let graph: TestGraph
let second: TestGraph
const secret = 'the same for both, as long as it has to be'
beforeAll(async () => {
  redis = await testRedis()
  issuer = await startIssuer()
  const options = { tokenIssuer: issuer.tokenIssuer, redisUrl: redis.url, gatewaySecret: secret }
  graph = await startGraph({ safe }, options)
  second = await startGraph({ safe }, { ...options, urls: { safe: graph.subgraphUrl('safe') } })
})
afterAll(async () => {
  await Promise.all([graph?.stop(), second?.stop(), issuer?.stop()])
  await redis[Symbol.asyncDispose]()
})

const as = async (sub: string) => ({ authorization: `Bearer ${await issuer.token({ sub })}` })
const limited = {
  errors: [
    {
      message: expect.stringContaining('Too many requests'),
      extensions: { code: 'RATE_LIMITED', retryAfterS: expect.any(Number) },
    },
  ],
}

describe('a field with a rate', () => {
  it('is refused when it is used too often, with the time to wait, only to the same viewer', async () => {
    const ann = await as('ann')
    for (let n = 0; n < 4; n++)
      expect(await graph.ask(`{ guess(code: ${n}) }`, {}, ann)).toEqual({ data: { guess: false } })
    graph.forget()
    const response = await graph.post({ query: '{ guess(code: 5) }' }, ann)
    expect(response.status).toBe(429)
    const wait = Number(response.headers.get('retry-after'))
    expect(wait).toBeGreaterThan(100)
    expect(wait).toBeLessThanOrEqual(150)
    expect(await response.json()).toEqual(limited)
    expect(graph.calls('safe')).toHaveLength(0)
    expect(await second.ask('{ guess(code: 5) }', {}, ann)).toEqual(limited)
    expect(await graph.ask('{ guess(code: 5) }', {}, await as('bob'))).toEqual({ data: { guess: false } })
    expect(await graph.ask('{ open }', {}, ann)).toEqual({ data: { open: 1 } })
  })

  it('counts each use, by any alias', async () => {
    const carl = await as('carl')
    const five =
      '{ a: guess(code: 1) b: guess(code: 2) ...F } fragment F on Query { c: guess(code: 3) d: guess(code: 4) }'
    expect((await graph.ask(five, {}, carl)).errors).toBeUndefined()
    expect(await graph.ask('{ guess(code: 5) }', {}, carl)).toEqual(limited)
  })

  it('is refused, and nothing is counted, when one operation uses it more often than is allowed at once', async () => {
    const mia = await as('mia')
    graph.forget()
    const names = ['a', 'b', 'c', 'd', 'e']
    const response = await graph.post({ query: `{ ${names.map((n) => `${n}: guess(code: 1)`).join(' ')} }` }, mia)
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBeNull() // Waiting does not help.
    expect(await response.json()).toEqual({
      errors: [{ message: expect.stringContaining('5 times'), extensions: { code: 'RATE_LIMITED' } }],
    })
    expect(graph.calls('safe')).toHaveLength(0)
    const four = names.slice(1).map((n) => `${n}: guess(code: 1)`)
    expect((await graph.ask(`{ ${four.join(' ')} }`, {}, mia)).errors).toBeUndefined()
  })

  it('does not count where it is left out', async () => {
    const query = 'query($want: Boolean!) { open guess(code: 1) @include(if: $want) }'
    const dora = await as('dora')
    for (let n = 0; n < 6; n++) expect(await graph.ask(query, { want: false }, dora)).toEqual({ data: { open: 1 } })
    for (let n = 0; n < 4; n++) expect((await graph.ask(query, { want: true }, dora)).errors).toBeUndefined()
    expect(await graph.ask(query, { want: true }, dora)).toEqual(limited)
  })

  it('counts for an address, or for everybody', async () => {
    for (const sub of ['e', 'f', 'g'])
      expect((await graph.ask('{ house all }', {}, await as(sub))).errors).toBeUndefined()
    for (const query of ['{ house }', '{ all }']) expect(await second.ask(query, {}, await as('h'))).toEqual(limited)
  })

  it('counts nothing for one rule when another refuses', async () => {
    const ida = await as('ida')
    for (let n = 0; n < 2; n++) expect((await graph.ask('{ both }', {}, ida)).errors).toBeUndefined()
    const before = await (await fetch(graph.url.replace('graphql', 'metrics'))).text()
    for (let n = 0; n < 60; n++) expect(await graph.ask('{ both }', {}, ida)).toEqual(limited)
    const after = await (await fetch(graph.url.replace('graphql', 'metrics'))).text()
    const count = (text: string) =>
      Number(/gateway_refused_total\{limit="Query.both 2\/600s everybody"\} (\d+)/.exec(text)?.[1] ?? 0)
    expect(count(after) - count(before)).toBe(60)
  })

  it('counts when it is selected on an interface', async () => {
    const secret = '{ thing { secret } }'
    for (let n = 0; n < 2; n++) expect((await graph.ask(secret)).errors).toBeUndefined()
    expect(await graph.ask(secret)).toEqual(limited)
  })

  it('allows 50 of 200 at once over two gateways', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => (n % 2 ? graph : second).post({ query: '{ fifty }' })),
    )
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(50)
    expect(answers.map(({ status }) => status).filter((status) => status === 429)).toHaveLength(150)
  })

  it('counts a subscription once, however many events it has, over each transport', async () => {
    const jane = await as('jane')
    const streamed = await graph.post({ query: 'subscription { ticks }' }, { ...jane, accept: 'text/event-stream' })
    expect((await streamed.text()).match(/event: next/g)).toHaveLength(5)
    const client = createClient({
      url: graph.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: jane,
      retryAttempts: 0,
    })
    const events = []
    for await (const event of client.iterate({ query: 'subscription { ticks }' })) events.push(event)
    expect(events).toHaveLength(5)
    const refusal = client.iterate({ query: 'subscription { ticks }' }).next()
    await expect(refusal).rejects.toMatchObject([
      { extensions: { code: 'RATE_LIMITED', retryAfterS: expect.any(Number) } },
    ])
    await client.dispose()
    const again = await graph.post({ query: 'subscription { ticks }' }, { ...jane, accept: 'text/event-stream' })
    expect(again.status).toBe(429)
  })

  it('does not count where the transport does not run such an operation', async () => {
    const ned = await as('ned')
    const mutation = 'mutation { spend }'
    for (let n = 0; n < 3; n++) {
      expect((await fetch(`${graph.url}?query=${encodeURIComponent(mutation)}`, { headers: ned })).status).toBe(405)
      expect((await graph.post({ query: 'subscription { ticks }' }, ned)).status).toBe(406)
    }
    expect(await graph.ask(mutation, {}, ned)).toEqual({ data: { spend: 1 } })
    const streamed = await graph.post({ query: 'subscription { ticks }' }, { ...ned, accept: 'text/event-stream' })
    expect(streamed.status).toBe(200)
    await streamed.text()
  })

  it('is refused while Redis is unreachable if its rule says so; others are counted by each gateway alone', async () => {
    await redis.pause()
    try {
      const kim = await as('kim')
      const response = await graph.post({ query: '{ paid }' }, kim)
      expect(response.status).toBe(503)
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] })
      for (const one of [graph, second]) {
        for (let n = 0; n < 4; n++) expect((await one.ask('{ guess }', {}, kim)).errors).toBeUndefined()
        expect(await one.ask('{ guess }', {}, kim)).toEqual(limited)
      }
    } finally {
      await redis.resume()
    }
  })
})

describe('points', () => {
  it('are spent by the cost of operations, at least one each, per identity', async () => {
    const poor = await startGraph({ safe }, { tokenIssuer: issuer.tokenIssuer, pointsPerMinute: 10, rateFactor: 100 })
    try {
      const lea = await as('lea')
      for (let n = 0; n < 10; n++) expect((await poor.ask('{ guess }', {}, lea)).errors).toBeUndefined()
      expect(await poor.ask('{ __typename }', {}, lea)).toEqual(limited)
      expect((await poor.ask('{ thing { secret } }')).errors).toBeUndefined()
    } finally {
      await poor.stop()
    }
  })
})

describe('a supergraph with an invalid rate', () => {
  it.each([
    ['@rate(count: 0, seconds: 60)', 'count'],
    ['@rate(count: 5, seconds: 100000)', 'seconds'],
    ['@rate(count: 5, seconds: 60, per: "person")', 'per'],
    ['@rate(count: 5, seconds: 60, away: "maybe")', 'away'],
    ['@rate(count: 5, seconds: 60) @rate(count: 5, seconds: 60, away: "allow")', 'twice'],
  ])('%s is refused whole', (rate, error) => {
    const sdl = supergraphOf({ one: { sdl: `${declared} type Query { a: Int ${rate} }`, resolvers: {} } })
    expect(() => readFieldRates(parse(sdl))).toThrow(error)
    expect(() => readFieldRates(parse(sdl))).toThrow('Query.a')
  })

  it("uses the directive's name in the supergraph", () => {
    const renamed = declared
      .replace('import: ["@rate"]', 'import: [{ name: "@rate", as: "@often" }]')
      .replaceAll('@rate(count: Int', '@often(count: Int')
      .replace('(name: "@rate")', '(name: "@often")')
    const sdl = supergraphOf({
      one: { sdl: `${renamed} type Query { a: Int @often(count: 5, seconds: 60) }`, resolvers: {} },
    })
    expect(readFieldRates(parse(sdl)).ofField('Query', 'a')).toMatchObject([{ count: 5, seconds: 60, per: 'identity' }])
  })
})
