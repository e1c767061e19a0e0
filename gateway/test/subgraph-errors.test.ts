/** Subgraphs that are unreachable, paused, faulty or replaced. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startGraph, supergraphOf, type TestGraph, type TestSubgraph } from './graph.ts'
import { catalog, reviews, users } from './shop.ts'

const away = (path: readonly (string | number)[]) => ({
  message: expect.stringContaining('cannot be reached'),
  path,
  extensions: { code: 'UNAVAILABLE' },
})

describe('a subgraph that cannot be reached', () => {
  let graph: TestGraph
  beforeAll(async () => {
    graph = await startGraph({ catalog, reviews, users })
  })
  afterAll(() => graph.stop())

  it('becomes null and an error at each of its fields, and is used again when it is back', async () => {
    const query = '{ products(first: 2) { name score } }'
    await graph.stopSubgraph('reviews')
    expect(await graph.ask(query)).toEqual({
      errors: [away(['products', 0, 'score']), away(['products', 1, 'score'])],
      data: {
        products: [
          { name: 'Product 1', score: null },
          { name: 'Product 2', score: null },
        ],
      },
    })
    expect(await graph.ask('{ product(id: "1") { name reviews { id } } }')).toEqual({
      errors: [away(['product', 'reviews'])],
      data: { product: null },
    })
    const ready = await fetch(graph.url.replace('/graphql', '/health/ready'))
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({ ready: false, catalog: 'ok', reviews: 'away' })
    await graph.startSubgraph('reviews')
    expect(await graph.ask('{ product(id: "1") { score } }')).toEqual({ data: { product: { score: 4.5 } } })
  })

  it('gets a deadline with each request', async () => {
    graph.forget()
    const began = Date.now()
    await graph.ask('{ products(first: 2) { name score } }')
    const deadlines = [...graph.calls('catalog'), ...graph.calls('reviews')].map(({ deadline }) => deadline)
    expect(deadlines).toHaveLength(2)
    for (const deadline of deadlines) {
      expect(deadline).toBeGreaterThan(began)
      expect(deadline).toBeLessThanOrEqual(Date.now() + 1_000)
    }
  })

  it('does not stop a mutation of another', async () => {
    await graph.stopSubgraph('reviews')
    expect(await graph.ask('mutation { count review(product: "1", text: "t") { id } again: count }')).toEqual({
      errors: [away(['review'])],
      data: { count: 1, review: null, again: 1 },
    })
    await graph.startSubgraph('reviews')
  })

  it('makes the whole response null only where nothing may be null', async () => {
    await graph.stopSubgraph('reviews')
    expect(await graph.ask('{ reviews { id } }')).toEqual({ errors: [away(['reviews'])], data: null })
    await graph.startSubgraph('reviews')
  })
})

/** Answers every POST with the body from its environment. */
const script = `
  require('node:http').createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(process.env.ANSWER))
  }).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`

it('a paused subgraph becomes an error in time, and works again when it continues', async () => {
  const answer = { data: { live: true } }
  const child = spawn(process.execPath, ['-e', script], { env: { ANSWER: JSON.stringify(answer) } })
  try {
    const [port] = await once(child.stdout, 'data')
    const sleepy: TestSubgraph = { sdl: 'type Query { live: Boolean }', resolvers: {} }
    const graph = await startGraph(
      { catalog, sleepy },
      { urls: { sleepy: `http://127.0.0.1:${String(port).trim()}/graphql` } },
    )
    expect(await graph.ask('{ live }')).toEqual({ data: { live: true } })
    child.kill('SIGSTOP')
    const began = performance.now()
    expect(await graph.ask('{ live whoAmI }')).toEqual({
      errors: [away(['live'])],
      data: { live: null, whoAmI: 'anonymous ' },
    })
    expect(performance.now() - began).toBeLessThan(1_500) // The subgraph timeout in tests is one second.
    child.kill('SIGCONT')
    await sleep(50)
    expect(await graph.ask('{ live }')).toEqual({ data: { live: true } })
    await graph.stop()
  } finally {
    child.kill('SIGCONT')
    child.kill('SIGKILL')
  }
})

describe('a subgraph that answers', () => {
  /** A graph of one subgraph whose responses the test determines. */
  async function withAnswers(
    answers: (number: number) => { readonly status?: number; readonly body?: string; readonly hangUp?: boolean },
    test: (graph: TestGraph, requests: () => number) => Promise<void>,
  ) {
    let requests = 0
    const server = createServer((request, response) => {
      const { status = 200, body = '', hangUp } = answers(requests++)
      request.resume().on('end', () => {
        if (hangUp) request.socket.destroy()
        else response.writeHead(status, { 'content-type': 'application/json' }).end(body)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const odd: TestSubgraph = {
      sdl: 'type Query { text: String  list: [Int!]  number: Int  item: Item } type Item { id: ID! } type Mutation { change: Int }',
      resolvers: {},
    }
    const graph = await startGraph({ odd }, { urls: { odd: `http://127.0.0.1:${port}/graphql` } })
    try {
      await test(graph, () => requests)
    } finally {
      await graph.stop()
      server.closeAllConnections()
      server.close()
    }
  }

  it('with something other than GraphQL is an error', async () => {
    const bodies = ['<html>', 'null', '[]', '{}', '{"data":3}', '{"errors":[]}']
    await withAnswers(
      (number) => ({ body: bodies[number] ?? '' }),
      async (graph) => {
        for (const _ of bodies)
          expect(await graph.ask('{ text }')).toMatchObject({
            data: { text: null },
            errors: [{ path: ['text'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
          })
      },
    )
  })

  it('with values of wrong types becomes errors where the response is read', async () => {
    await withAnswers(
      () => ({ body: '{"data":{"text":7,"list":"no","number":1.5,"item":"none"}}' }),
      async (graph) => {
        const answer = await graph.ask('{ ...All } fragment All on Query { text list number item { id } }')
        expect(answer.data).toEqual({ text: null, list: null, number: null, item: null })
        expect(answer.errors?.map(({ path }) => path)).toEqual([['text'], ['list'], ['number'], ['item']])
      },
    )
  })

  it('with a stack trace has it removed', async () => {
    await withAnswers(
      () => ({
        body: JSON.stringify({
          data: { text: null },
          errors: [
            {
              message: 'm',
              path: ['text'],
              extensions: { code: 'X', stacktrace: ['at secret.js'], exception: { stacktrace: [] }, hint: 'kept' },
            },
          ],
        }),
      }),
      async (graph) => {
        expect(await graph.ask('{ text }')).toEqual({
          data: { text: null },
          errors: [{ message: 'm', path: ['text'], extensions: { code: 'X', hint: 'kept' } }],
        })
      },
    )
  })

  it('with an error without a place has it reported nevertheless', async () => {
    await withAnswers(
      () => ({ body: '{"data":{"text":"t"},"errors":[{"message":"by the way","extensions":{"code":"NOTE"}}]}' }),
      async (graph) => {
        expect(await graph.ask('{ text }')).toEqual({
          data: { text: 't' },
          errors: [{ message: 'by the way', extensions: { code: 'NOTE' } }],
        })
      },
    )
  })

  it('by closing the connection gets a query once more, never a mutation', async () => {
    await withAnswers(
      (number) => (number === 0 ? { hangUp: true } : { body: '{"data":{"text":"t"}}' }),
      async (graph) => expect(await graph.ask('{ text }')).toEqual({ data: { text: 't' } }),
    )
    await withAnswers(
      () => ({ hangUp: true }),
      async (graph, requests) => {
        expect(await graph.ask('mutation { change }')).toEqual({ errors: [away(['change'])], data: { change: null } })
        expect(requests()).toBe(1)
      },
    )
  })

  it('that it does not trust the gateway is an internal error', async () => {
    await withAnswers(
      () => ({ status: 401, body: '{"errors":[{"message":"Who?","extensions":{"code":"UNAUTHENTICATED"}}]}' }),
      async (graph) =>
        expect(await graph.ask('{ text }')).toMatchObject({
          errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
        }),
    )
  })
})

describe('the supergraph', () => {
  const second: TestSubgraph = { sdl: 'type Query { second: String }', resolvers: { Query: { second: () => 'here' } } }

  it('is replaced with its file, at once and completely; one that does not load changes nothing', async () => {
    const graph = await startGraph({ catalog, second })
    const port = new URL(graph.url).port
    const full = supergraphOf({ catalog, second }, { catalog: 'http://127.0.0.1:1/', second: 'http://127.0.0.1:1/' })
    const change = async (sdl: string) => {
      await writeFile(`${graph.supergraphFile}.new`, sdl)
      await rename(`${graph.supergraphFile}.new`, graph.supergraphFile)
      await sleep(1_300) // Subgraphs are checked every second.
    }
    expect(port).not.toBe('')
    expect(await graph.ask('{ second }')).toEqual({ data: { second: 'here' } })

    await change('type Query { nonsense: ')
    expect(await graph.ask('{ second }')).toEqual({ data: { second: 'here' } })

    await change(full)
    expect(await graph.ask('{ second }')).toEqual({ errors: [away(['second'])], data: { second: null } })

    await change(supergraphOf({ catalog }))
    expect(await graph.ask('{ second }')).toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    })
    await graph.stop()
  })
})

it('a deleted entity is null without an error, though the one beside it failed', async () => {
  const listing: TestSubgraph = {
    sdl: 'type Query { items: [Item]! } type Item @key(fields: "id") { id: ID! }',
    resolvers: { Query: { items: () => ['stays', 'gone', 'fails'].map((id) => ({ id })) } },
  }
  const stock: TestSubgraph = {
    sdl: 'type Item @key(fields: "id") { id: ID! left: Int! }',
    resolvers: {
      Item: {
        __resolveReference: ({ id }: { id: string }) => (id === 'gone' ? null : { id }),
        left: ({ id }: { id: string }) => {
          if (id === 'fails') throw new Error('broken')
          return 3
        },
      },
    },
  }
  const graph = await startGraph({ listing, stock })
  try {
    const { data, errors } = await graph.ask('{ items { id left } }')
    expect(data).toEqual({ items: [{ id: 'stays', left: 3 }, null, null] })
    expect(errors?.map(({ path }) => path)).toEqual([['items', 2, 'left']])
  } finally {
    await graph.stop()
  }
})
