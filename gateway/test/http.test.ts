import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { serverAudits } from 'graphql-http'
import { startGraph, type TestGraph } from './graph.ts'
import { catalog, reviews, shipping, users } from './shop.ts'

let graph: TestGraph
beforeAll(async () => {
  graph = await startGraph({ catalog, shipping, reviews, users })
})
afterAll(() => graph.stop())

describe('GraphQL over HTTP, as graphql-http audits it', () => {
  const audits = serverAudits({ url: () => graph.url })

  it('has 61 audits', () => expect(audits).toHaveLength(61))

  it.each(audits.map(({ name, fn }) => [name, fn] as const))('%s', async (_, audit) => {
    expect(await audit()).toMatchObject({ status: 'ok' })
  })
})

describe('the HTTP transport', () => {
  it('answers a query by GET, and nothing else', async () => {
    const get = (query: string) => fetch(`${graph.url}?query=${encodeURIComponent(query)}`)
    expect(await (await get('{ product(id: "1") { name } }')).json()).toEqual({
      data: { product: { name: 'Product 1' } },
    })
    const mutation = await get('mutation { count }')
    expect(mutation.status).toBe(405)
    expect(graph.calls('catalog')).toHaveLength(1)
  })

  it('refuses what a page of another origin can send without a preflight', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      expect((await graph.post({ query: 'mutation { count }' }, { 'content-type': type })).status).toBe(415)
  })

  it('refuses a body over a megabyte', async () => {
    const response = await graph.post({ query: `{ whoAmI } #${'x'.repeat(1_000_000)}` })
    expect(response.status).toBe(413)
  })

  it('refuses batches', async () => {
    const response = await graph.post([{ query: '{ whoAmI }' }])
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      errors: [{ message: expect.stringContaining('Batches'), extensions: { code: 'BAD_REQUEST' } }],
    })
  })

  it('continues the trace of the client and sends it back', async () => {
    const id = '0af7651916cd43dd8448eb211c80319c'
    graph.forget()
    const response = await graph.post(
      { query: '{ product(id: "1") { score } }' },
      { traceparent: `00-${id}-b7ad6b7169203331-01` },
    )
    expect(response.headers.get('traceparent')).toContain(id)
    for (const name of ['catalog', 'reviews']) expect(graph.calls(name)[0]?.traceparent).toContain(id)
    expect((await graph.post({ query: '{ whoAmI }' })).headers.get('traceparent')).toMatch(/^00-[0-9a-f]{32}-/)
  })

  it.each([
    ['deep', `{ products ${'{ reviews { product '.repeat(12)} { id } ${'} }'.repeat(12)} }`, 'levels deep'],
    ['full of aliases', `{ ${Array.from({ length: 31 }, (_, n) => `a${n}: whoAmI`).join(' ')} }`, 'aliases'],
    ['full of root fields', `{ ${Array.from({ length: 21 }, () => 'whoAmI').join(' ')} }`, 'root fields'],
    ['full of directives', `{ whoAmI ${'@skip(if: false) '.repeat(51)} }`, 'directives'],
    ['long', `{ products { ${'id '.repeat(11_000)} } }`, 'token'],
    [
      'one that multiplies by fragments',
      `{ products { ...F0 } } ${Array.from({ length: 14 }, (_, n) => `fragment F${n} on Product { ...F${n + 1} ...F${n + 1} }`).join(' ')} fragment F14 on Product { id }`,
      'fields',
    ],
  ])('refuses an operation that is %s', async (_, query, what) => {
    const answer = await graph.ask(query)
    expect(answer.errors?.[0]?.message.toLowerCase()).toContain(what)
    expect(answer.data).toBeUndefined()
  })

  it('says what is wrong with an operation, and where', async () => {
    expect(await graph.ask('{ productz { id } }')).toEqual({
      errors: [
        {
          message: expect.stringContaining('Did you mean'),
          locations: [{ line: 1, column: 3 }],
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        },
      ],
    })
    expect(await graph.ask('query($id: ID!) { product(id: $id) { id } }', { id: {} })).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    })
  })

  it('serves GraphiQL without other hosts', async () => {
    const base = graph.url.replace('/graphql', '')
    const page = await (await fetch(graph.url, { headers: { accept: 'text/html' } })).text()
    const parts = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path)
    expect(parts).toEqual(['/graphiql/app.css', '/graphiql/app.js', '/graphiql/start.js'])
    for (const path of parts) expect((await fetch(base + path)).status).toBe(200)
    expect(page).not.toContain('http')
  })

  it('is ready when its subgraphs are, and counts', async () => {
    const base = graph.url.replace('/graphql', '')
    const ready = await fetch(`${base}/health/ready`)
    expect(await ready.json()).toMatchObject({ ready: true, supergraph: 'ok', catalog: 'ok', users: 'ok' })
    const metrics = await (await fetch(`${base}/metrics`)).text()
    expect(metrics).toMatch(/holdfast_gateway_requests_total\{transport="http",type="query",outcome="ok"\} [1-9]/)
    expect(metrics).toMatch(/holdfast_gateway_subgraph_requests_total\{subgraph="catalog",outcome="replied"\} [1-9]/)
    expect(metrics).toMatch(/holdfast_gateway_plans_total\{cached="true"\} [1-9]/)
  })
})

describe('in production', () => {
  let closed: TestGraph
  beforeAll(async () => {
    closed = await startGraph({ catalog, shipping, reviews, users }, { production: true })
  })
  afterAll(() => closed.stop())

  it('the schema is not revealed: no introspection, no suggestions, no types of variables', async () => {
    const neutral = {
      errors: [
        { message: 'The operation is not valid for this schema.', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
      ],
    }
    expect(await closed.ask('{ productz { id } }')).toEqual(neutral)
    expect(await closed.ask('{ __schema { types { name } } }')).toEqual(neutral)
    expect(await closed.ask('query($id: Int) { product(id: $id) { id } }')).toEqual(neutral)
    expect(await closed.ask('query($id: ID!) { product(id: $id) { id } }', { id: {} })).toEqual({
      errors: [
        {
          message: 'The variables do not fit the operation. Check their names and types.',
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ],
    })
    expect(await closed.ask('{ __typename product(id: "1") { id __typename } }')).toEqual({
      data: { __typename: 'Query', product: { id: '1', __typename: 'Product' } },
    })
  })

  it('there is no GraphiQL page', async () => {
    expect((await fetch(closed.url.replace('/graphql', '/graphiql'))).status).toBe(404)
  })
})
