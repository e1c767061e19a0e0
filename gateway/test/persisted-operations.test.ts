/** Clients and their published operations, over every transport. */
import { createHash } from 'node:crypto'
import {
  clientPath,
  loadClient,
  overwrite,
  publishedAt,
  type TestRegistry,
  testRegistry,
} from '@holdfast/operations/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { type Context, startGraph, type TestGraph, type TestSubgraph } from './graph.ts'
import { startIssuer, type TestIssuer } from './tokens.ts'
import { until } from './until.ts'

const ticks: { readonly stop: () => void }[] = []
const house: TestSubgraph = {
  sdl: `
    type Query { whoAmI: String!  price(of: ID): Int  secret: String @requiresScopes(scopes: [["secret:read"]]) }
    type Mutation { count: Int }
    type Subscription { ticks: Int! }
  `,
  resolvers: {
    Query: {
      whoAmI: (_: unknown, __: unknown, { viewer }: Context) => `${viewer.role} [${viewer.scopes.join(' ')}]`,
      price: () => 7,
      secret: () => 'told',
    },
    Mutation: { count: () => 1 },
    Subscription: {
      ticks: {
        subscribe: () => {
          const { promise, resolve } = Promise.withResolvers<void>()
          ticks.push({ stop: resolve })
          let number = 0
          return {
            next: async () => {
              if (number === 2) await promise
              return number < 2 ? { done: false, value: { ticks: number++ } } : { done: true, value: undefined }
            },
            return: async () => ({ done: true, value: undefined }),
            [Symbol.asyncIterator]() {
              return this
            },
          }
        },
      },
    },
  },
}

const texts = {
  WhoAmI: 'query WhoAmI { whoAmI }',
  Price: 'query Price($of: ID) { price(of: $of) }',
  Secret: 'query Secret { secret }',
  Count: 'mutation Count { count }',
  Ticks: 'subscription Ticks { ticks }',
}
const idOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
const hashOf = (text: string) => idOf(text).slice('sha256:'.length)
const apq = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: hashOf(text) } })

let issuer: TestIssuer
let registry: TestRegistry
let graph: TestGraph
let key: string
const clients: Client[] = []

beforeAll(async () => {
  issuer = await startIssuer()
  registry = await testRegistry()
  key = await registry.partner('acme', ['secret:read', 'more'])
  await registry.publish('acme', 'shop', '1', texts)
  await registry.publish(
    'acme',
    'shop',
    '0',
    { Old: 'query Old { whoAmI }', OldTicks: 'subscription OldTicks { ticks }' },
    {
      life: {
        state: 'deprecated',
        publishedAt,
        deprecatedAt: '2026-02-01T00:00:00.000Z',
        sunset: '2031-01-02T00:00:00.000Z',
      },
    },
  )
  await registry.publish(
    'acme',
    'gone',
    '1',
    { Gone: 'query Gone { whoAmI }' },
    {
      life: { state: 'retired', publishedAt, retiredAt: '2026-03-01T00:00:00.000Z' },
    },
  )
  await registry.publish('acme', 'cached', '1', { Cached: 'query Cached { price }' }, { maxAgeS: 60 })
  await registry.partner('other')
  await registry.publish('other', 'theirs', '1', { Theirs: 'query Theirs { price }' })
  await registry.app('audited', 'audit')
  await registry.publish('audited', 'web', '1', { OfTheHouse: 'query OfTheHouse { whoAmI }' })
  await registry.app('strict', 'known')
  await registry.publish('strict', 'web2', '1', { Strict: 'query Strict { whoAmI }' })
  graph = await startGraph(
    { house },
    { tokenIssuer: issuer.tokenIssuer, operations: registry.folder, operationsPollMs: 50 },
  )
})
afterAll(async () => {
  await graph.stop()
  await issuer.stop()
  await registry.remove()
})
beforeEach(() => graph.forget())
afterEach(async () => {
  for (const one of ticks.splice(0)) one.stop()
  for (const one of clients.splice(0)) await one.dispose()
})

const partner = () => ({ 'x-api-key': key })
const through = async (azp: string, claims = {}) => ({
  authorization: `Bearer ${await issuer.token({ azp, ...claims })}`,
})
const post = async (body: unknown, headers: Record<string, string> = {}) => {
  const response = await graph.post(body, headers)
  return { status: response.status, headers: response.headers, body: (await response.json()) as unknown }
}
const get = (search: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${graph.url}?${new URLSearchParams(search)}`, { headers })
const error = (code: string) => ({ errors: [{ extensions: { code } }] })
const asPartner = { data: { whoAmI: 'anonymous [secret:read more]' } }
const notPublished = error('PERSISTED_QUERY_NOT_IN_LIST')

async function metric(pattern: RegExp): Promise<number> {
  const metrics = await (await fetch(graph.url.replace('/graphql', '/metrics'))).text()
  return Number(pattern.exec(metrics)?.[1] ?? 0)
}

function socket(connectionParams: Record<string, unknown>): Client {
  const one = createClient({
    url: graph.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams,
  })
  clients.push(one)
  return one
}

/** All results of an operation over WebSocket; rejects with its errors or the close event. */
const over = (one: Client, payload: Record<string, unknown>, results: unknown[] = []): Promise<unknown[]> =>
  new Promise((resolve, reject) => {
    one.subscribe(
      { query: '', ...payload },
      {
        next: (result) => void results.push(result),
        error: reject,
        complete: () => resolve(results),
      },
    )
  })

it('over WebSocket an operation that is named by its id needs no "query"', async () => {
  const raw = new WebSocket(graph.url.replace('http', 'ws'), 'graphql-transport-ws')
  const received: unknown[] = []
  raw.on('message', (data) => {
    const message = JSON.parse(String(data)) as { readonly type: string }
    received.push(message)
    if (message.type === 'connection_ack')
      for (const [id, payload] of Object.entries({
        a: { documentId: 'shop~1~WhoAmI' },
        b: { extensions: apq(texts.WhoAmI) },
      }))
        raw.send(JSON.stringify({ id, type: 'subscribe', payload }))
  })
  raw.on('open', () => raw.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: key } })))
  await until(() => received.length === 5 || raw.readyState > raw.OPEN)
  raw.close()
  for (const id of ['a', 'b']) expect(received).toContainEqual({ id, type: 'next', payload: asPartner })
})

describe('a partner', () => {
  it.each<[string, object]>([
    ['its SHA-256', { documentId: idOf(texts.WhoAmI) }],
    ['app, version and name', { documentId: 'shop~1~WhoAmI' }],
    ['the id of its tools', { documentId: 'own-WhoAmI' }],
    ["Apollo's form", { extensions: apq(texts.WhoAmI) }],
    ['its text', { query: texts.WhoAmI }],
  ])('runs a published operation by %s, over every transport', async (_, request) => {
    expect((await post(request, partner())).body).toEqual(asPartner)
    const events = await graph.post(request, { ...partner(), accept: 'text/event-stream' })
    expect(await events.text()).toContain(`data: ${JSON.stringify(asPartner)}`)
    expect(await over(socket({ apiKey: key }), { ...request })).toEqual([asPartner])
  })

  it.each<[string, object, string]>([
    ['a text', { query: '{ whoAmI }' }, 'PERSISTED_QUERY_NOT_IN_LIST'],
    ['a text with its hash', { query: '{ whoAmI }', extensions: apq('{ whoAmI }') }, 'PERSISTED_QUERY_NOT_IN_LIST'],
    ['a hash', { extensions: apq('{ whoAmI }') }, 'PERSISTED_QUERY_NOT_SUPPORTED'],
    ["another's text", { query: 'query Theirs { price }' }, 'PERSISTED_QUERY_NOT_IN_LIST'],
    ["another's id", { documentId: 'theirs~1~Theirs' }, 'PERSISTED_QUERY_NOT_IN_LIST'],
    ["another's own id", { documentId: 'own-Theirs' }, 'PERSISTED_QUERY_NOT_IN_LIST'],
    ["another's hash", { documentId: idOf('query Theirs { price }') }, 'PERSISTED_QUERY_NOT_IN_LIST'],
    ["the house's id", { documentId: 'web~1~OfTheHouse' }, 'PERSISTED_QUERY_NOT_IN_LIST'],
  ])('runs nothing else: %s', async (_, request, code) => {
    expect((await post(request, partner())).body).toMatchObject(error(code))
    const events = await graph.post(request, { ...partner(), accept: 'text/event-stream' })
    expect(await events.text()).toContain(code)
    await expect(over(socket({ apiKey: key }), { ...request })).rejects.toMatchObject([{ extensions: { code } }])
    expect(graph.calls('house')).toEqual([])
  })

  it('learns nothing about others: the response is the same as for an unknown operation', async () => {
    const answer = async (documentId: string) => JSON.stringify((await post({ documentId }, partner())).body)
    expect(await answer('theirs~1~Theirs')).toBe(await answer('theirs~1~Nobodys'))
  })

  it('sees what its scopes allow, and shows a viewer what both may see', async () => {
    const request = { documentId: 'shop~1~Secret' }
    expect((await post(request, partner())).body).toEqual({ data: { secret: 'told' } })
    const customer = await through('elsewhere', { scope: 'other' })
    expect((await post(request, { ...partner(), ...customer })).body).toMatchObject(error('FORBIDDEN'))
    const both = await through('elsewhere', { scope: 'secret:read other' })
    expect((await post({ documentId: 'shop~1~WhoAmI' }, { ...partner(), ...both })).body).toEqual({
      data: { whoAmI: 'customer [secret:read]' },
    })
  })

  it.each(['', 'holdfast_key_wrong', 'x'.repeat(5_000)])(
    'with a bad key is refused, and the key not repeated',
    async (bad) => {
      const { status, body } = await post({ documentId: 'shop~1~WhoAmI' }, { 'x-api-key': bad })
      expect(status).toBe(401)
      expect(body).toEqual({
        errors: [{ message: expect.stringMatching(/API key/), extensions: { code: 'UNAUTHENTICATED' } }],
      })
      if (bad) expect(JSON.stringify(body)).not.toContain(bad)
      await expect(over(socket({ apiKey: bad }), { query: texts.WhoAmI })).rejects.toMatchObject({ code: 4401 })
    },
  )
})

it('a key over WebSocket that is not a string is invalid', async () => {
  await expect(over(socket({ apiKey: 7 }), { query: texts.WhoAmI })).rejects.toMatchObject({ code: 4401 })
})

describe('the life of a version', () => {
  it('deprecated: it runs, with headers that say until when', async () => {
    const { headers, body } = await post({ documentId: 'shop~0~Old' }, partner())
    expect(body).toEqual(asPartner)
    expect(headers.get('deprecation')).toBe('@1769904000')
    expect(headers.get('sunset')).toBe('Thu, 02 Jan 2031 00:00:00 GMT')
    const events = await graph.post({ documentId: 'shop~0~Old' }, { ...partner(), accept: 'text/event-stream' })
    expect(events.headers.get('sunset')).toBe('Thu, 02 Jan 2031 00:00:00 GMT')
    await events.text()
    expect((await post({ documentId: 'shop~1~WhoAmI' }, partner())).headers.get('deprecation')).toBeNull()
  })

  it('deprecated: over WebSocket the first result has the notice', async () => {
    const extensions = { deprecation: { deprecated: '2026-02-01T00:00:00.000Z', sunset: '2031-01-02T00:00:00.000Z' } }
    expect(await over(socket({ apiKey: key }), { documentId: 'shop~0~Old' })).toEqual([{ ...asPartner, extensions }])
    const received = over(socket({ apiKey: key }), { documentId: 'shop~0~OldTicks' })
    await until(() => ticks.length === 1)
    ticks[0]?.stop()
    expect(await received).toEqual([{ data: { ticks: 0 }, extensions }, { data: { ticks: 1 } }])
  })

  it('retired: it does not run, and its own client gets the date', async () => {
    const { body } = await post({ documentId: 'gone~1~Gone' }, partner())
    expect(body).toMatchObject({
      errors: [
        {
          message: 'This operation was retired on 2026-03-01. Update the client to a newer version.',
          extensions: { code: 'PERSISTED_QUERY_NOT_IN_LIST', retiredAt: '2026-03-01T00:00:00.000Z' },
        },
      ],
    })
    const stranger = await post({ documentId: 'gone~1~Gone' })
    expect(stranger.body).toEqual({
      errors: [
        { message: expect.not.stringContaining('retired'), extensions: { code: 'PERSISTED_QUERY_NOT_IN_LIST' } },
      ],
    })
  })
})

describe("a first-party app, recognised by its token's azp", () => {
  it('audit: runs anything, and unpublished operations are counted', async () => {
    const ran = /gateway_unpublished_operations_total\{client="audited",outcome="ran"\} (\d+)/
    const before = await metric(ran)
    const headers = await through('audited')
    expect((await post({ query: '{ whoAmI }' }, headers)).body).toEqual({ data: { whoAmI: 'customer []' } })
    expect((await post({ query: '{ nothing }' }, headers)).body).toMatchObject(error('GRAPHQL_VALIDATION_FAILED'))
    expect((await post({ query: 'query OfTheHouse { whoAmI }' }, headers)).body).toMatchObject({ data: {} })
    expect((await metric(ran)) - before).toBe(1)
  })

  it('known: runs its own operations only, and registers none', async () => {
    const headers = await through('strict')
    expect((await post({ documentId: 'web2~1~Strict' }, headers)).body).toMatchObject({ data: {} })
    expect((await post({ documentId: 'web~1~OfTheHouse' }, headers)).body).toMatchObject(notPublished)
    const text = 'query Registered { whoAmI }'
    expect((await post({ query: text, extensions: apq(text) }, headers)).body).toMatchObject(notPublished)
    expect((await post({ extensions: apq(text) }, await through('audited'))).body).toMatchObject(
      error('PERSISTED_QUERY_NOT_FOUND'),
    )
  })

  it('may be known by client_id as well', async () => {
    const headers = { authorization: `Bearer ${await issuer.token({ client_id: 'strict' })}` }
    expect((await post({ query: '{ whoAmI }' }, headers)).body).toMatchObject(notPublished)
  })

  it('has its uses counted by name', async () => {
    const uses = /gateway_published_operations_total\{client="strict",app="web2",version="1",operation="Strict"\} (\d+)/
    const before = await metric(uses)
    await post({ documentId: 'web2~1~Strict' }, await through('strict'))
    await post({ query: 'query Strict { whoAmI }' }, await through('strict'))
    expect((await metric(uses)) - before).toBe(2)
  })
})

describe("Apollo's automatic persisted queries", () => {
  it('are requested once, registered, and known afterwards', async () => {
    const text = 'query Automatic { price }'
    expect((await post({ extensions: apq(text) })).body).toEqual({
      errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    })
    expect((await post({ query: text, extensions: apq(text) })).body).toEqual({ data: { price: 7 } })
    expect((await post({ extensions: apq(text) })).body).toEqual({ data: { price: 7 } })
    expect((await post({ documentId: idOf(text) })).body).toEqual({ data: { price: 7 } })
    const extensions = JSON.stringify(apq(text))
    expect(await (await get({ extensions })).json()).toEqual({ data: { price: 7 } })
  })

  it('are registered neither under a wrong hash nor when they are invalid', async () => {
    const { status, body } = await post({ query: '{ price }', extensions: apq('{ whoAmI }') })
    expect([status, body]).toMatchObject([400, { errors: [{ message: 'provided sha does not match query' }] }])
    await post({ query: '{ nothing }', extensions: apq('{ nothing }') })
    expect((await post({ extensions: apq('{ nothing }') })).body).toMatchObject(error('PERSISTED_QUERY_NOT_FOUND'))
  })

  it.each([{ version: 2, sha256Hash: hashOf('x') }, { version: 1 }, 'x', { version: 1, sha256Hash: 7 }])(
    'of another form are refused: %j',
    async (persistedQuery) => {
      expect((await post({ query: '{ price }', extensions: { persistedQuery } })).status).toBe(400)
    },
  )
})

describe('by GET', () => {
  it('a query runs by its id; a mutation does not', async () => {
    const response = await get({ documentId: 'shop~1~Price', variables: '{"of":"1"}' }, partner())
    expect(await response.json()).toEqual({ data: { price: 7 } })
    const mutation = await get({ documentId: 'shop~1~Count' }, partner())
    expect([mutation.status, mutation.headers.get('allow'), mutation.headers.get('cache-control')]).toEqual([
      405,
      'POST',
      'no-store',
    ])
    expect(graph.calls('house')).toHaveLength(1)
  })

  it('a response has a strong ETag, and is not sent again to a client that has it', async () => {
    const first = await get({ documentId: 'shop~1~Price' }, partner())
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[^"]{20,}"$/)
    expect(first.headers.get('cache-control')).toBe('private, no-cache')
    expect(first.headers.get('vary')).toContain('x-api-key')
    const again = await get({ documentId: 'shop~1~Price' }, { ...partner(), 'if-none-match': `"other", W/${etag}` })
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
    const newer = await get(
      { documentId: 'shop~1~Price' },
      { ...partner(), accept: 'application/graphql-response+json' },
    )
    expect(newer.headers.get('etag')).not.toBe(etag)
  })

  it('a response is cached for the time that was given when the operation was published', async () => {
    const response = await get({ documentId: 'cached~1~Cached' }, partner())
    expect(response.headers.get('cache-control')).toBe('private, max-age=60')
  })

  it('shared caches may store responses to requests without credentials', async () => {
    expect((await get({ documentId: 'web~1~OfTheHouse' })).headers.get('cache-control')).toBe('public, no-cache')
  })

  it.each<[string, Record<string, string>]>([
    ['that is unknown', { documentId: 'shop~1~Nothing' }],
    ['with an error in its answer', { query: '{ secret }' }],
    ['that is not valid', { query: '{ nothing }' }],
    ['that is none', {}],
  ])('nothing is kept of a request %s', async (_, search) => {
    const response = await get(search)
    await response.text()
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('etag')).toBeNull()
  })
})

describe('a client that is not registered', () => {
  it('runs first-party operations, never those of partners, where only known operations run', async () => {
    const strict = await startGraph({ house }, { operations: registry.folder, enforcement: 'known' })
    const ask = async (body: unknown) => (await strict.post(body)).json()
    expect(await ask({ documentId: 'web~1~OfTheHouse' })).toMatchObject({ data: {} })
    expect(await ask({ query: 'query Strict { whoAmI }' })).toMatchObject({ data: {} })
    for (const request of [
      { query: '{ whoAmI }' },
      { query: texts.WhoAmI },
      { documentId: 'shop~1~WhoAmI' },
      { documentId: idOf(texts.Price) },
      { query: '{ price }', extensions: apq('{ price }') },
    ])
      expect(await ask(request)).toMatchObject(notPublished)
    expect(await ask({ extensions: apq('{ price }') })).toMatchObject(error('PERSISTED_QUERY_NOT_SUPPORTED'))
    await strict.stop()
  })
})

describe('a key that is revoked', () => {
  it('is refused, and its connections are closed', async () => {
    const gone = await registry.partner('leaver')
    await registry.publish('leaver', 'shop', '1', { Ticks: texts.Ticks })
    const ask = async () => (await post({ documentId: 'shop~1~Ticks' }, { 'x-api-key': gone })).status
    await until(async () => (await ask()) === 406) // Published, but not acceptable as a single response.
    const received: unknown[] = []
    const closing = over(socket({ apiKey: gone }), { documentId: 'shop~1~Ticks' }, received).catch(
      (err: unknown) => err,
    )
    await until(() => received.length === 2)
    const events = await graph.post({ documentId: 'shop~1~Ticks' }, { 'x-api-key': gone, accept: 'text/event-stream' })
    const heardByOther: unknown[] = []
    const staying = over(socket({ apiKey: key }), { documentId: 'shop~1~Ticks' }, heardByOther)
    await until(() => heardByOther.length === 2)

    await registry.partner('leaver') // With another key.
    expect(await closing).toMatchObject({ code: 4403 })
    expect(await events.text()).toMatch(/UNAUTHENTICATED[\s\S]*event: complete/)
    expect(await ask()).toBe(401)
    await expect(over(socket({ apiKey: gone }), { documentId: 'shop~1~Ticks' })).rejects.toMatchObject({ code: 4401 })
    for (const one of ticks) one.stop()
    expect(await staying).toHaveLength(2)
  })
})

describe('what is open', () => {
  const request = { documentId: 'live~1~Ticks' }
  const beginning = async (client: string) => {
    const its = await registry.partner(client)
    const text = { Ticks: `subscription Ticks { ${client}: ticks }`, Who: 'query Who { whoAmI }' }
    await registry.publish(client, 'live', '1', text)
    await until(async () => (await post(request, { 'x-api-key': its })).status === 406)
    const opened = socket({ apiKey: its })
    const received: unknown[] = []
    const error = over(opened, request, received).catch((err: unknown) => err)
    await until(() => received.length === 2)
    const stream = await graph.post(request, { 'x-api-key': its, accept: 'text/event-stream' })
    return { text, opened, error, stream, key: its }
  }

  it('ends when its version is retired, and nothing else on the socket does', async () => {
    const { text, opened, error, stream } = await beginning('ending')
    const retiredAt = '2026-03-01T00:00:00.000Z'
    await registry.publish('ending', 'live', '2', { Who: text.Who })
    await registry.publish('ending', 'live', '1', text, { life: { state: 'retired', publishedAt, retiredAt } })
    const gone = {
      message: 'This operation was retired on 2026-03-01. Update the client to a newer version.',
      extensions: expect.objectContaining({ retiredAt }),
    }
    expect(await error).toMatchObject([gone])
    expect(await stream.text()).toMatch(/retired on 2026-03-01[\s\S]*event: complete/)
    expect(await over(opened, { documentId: 'live~2~Who' })).toMatchObject([{ data: {} }])
  })

  it('continues after changes that keep it published, with the new rate', async () => {
    const { text, opened, error, stream } = await beginning('staying')
    await registry.publish('staying', 'live', '1', text, {
      life: { state: 'deprecated', publishedAt, deprecatedAt: publishedAt },
    })
    const { file } = (await loadClient(registry.folder, 'staying')) ?? {}
    await overwrite(clientPath(registry.folder, 'staying'), JSON.stringify({ ...file, rate: { perMinute: 1 } }))
    const asked = async () => over(opened, { documentId: 'live~1~Who' }).catch((err: unknown) => err)
    await until(async () => JSON.stringify(await asked()).includes('RATE_LIMITED'))
    for (const one of ticks) one.stop()
    expect(await error).toHaveLength(2)
    expect(await stream.text()).not.toContain('errors')
  })
})

it('requests go on while the registry changes', async () => {
  const failed: unknown[] = []
  let asked = 0
  let going = true
  const asking = async () => {
    while (going) {
      const { body } = await post({ documentId: 'shop~1~WhoAmI' }, partner())
      asked++
      if (JSON.stringify(body) !== JSON.stringify(asPartner)) failed.push(body)
    }
  }
  const text = async (request: object) => JSON.stringify((await post(request, partner())).body)
  const workers = [asking(), asking()]
  for (let version = 1; version <= 3; version++) {
    await registry.publish('acme', 'moving', String(version), { Moving: `query Moving { a${version}: price }` })
    await until(async () => (await text({ documentId: `moving~${version}~Moving` })).includes('data'))
  }
  going = false
  await Promise.all(workers)
  expect(failed).toEqual([])
  expect(asked).toBeGreaterThan(10)
})
