/** All transports refuse the same with the same codes, and the public learns no more than necessary. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog } from '@holdfast/service/process'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { defaultLimits } from '../src/core/limits.ts'
import { startGraph, type TestGraph, type TestSubgraph } from './graph.ts'

const shop: TestSubgraph = {
  sdl: `
    extend schema @link(url: "https://holdfast.dev/gateway/v0.1", import: ["@rate"]) @composeDirective(name: "@rate")
    directive @rate(count: Int!, seconds: Int!, per: String! = "identity", away: String! = "local") repeatable
      on FIELD_DEFINITION
    type Query {
      things(first: Int): [Thing!]! @listSize(slicingArguments: ["first"])
      tree(of: Node): Int
      rare: Int @rate(count: 1, seconds: 3600, per: "everybody")
    }
    type Thing { id: ID!  secretName: String }
    input Node { below: Node }
  `,
  resolvers: { Query: { things: () => [], tree: () => 1, rare: () => 1 } },
}

interface Refusal {
  readonly code: string
  readonly message: string
}

const refusals: readonly [string, Record<string, unknown>, string][] = [
  ['no document', { query: '' }, 'BAD_REQUEST'],
  ['a text that is no document', { query: '{ things' }, 'GRAPHQL_PARSE_FAILED'],
  ['a field that does not exist', { query: '{ things(first: 1) { secretNam } }' }, 'GRAPHQL_VALIDATION_FAILED'],
  ['a missing slicing argument', { query: '{ things { id } }' }, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'an operation that is too large',
    { query: `{ ${'...on Query { '.repeat(30)}rare${' }'.repeat(30)} }` },
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'variables that do not fit',
    { query: 'query($n: Int) { things(first: $n) { id } }', variables: { n: 'x' } },
    'BAD_USER_INPUT',
  ],
  [
    'an operation that is not in the document',
    { query: '{ rare }', operationName: 'Other' },
    'OPERATION_RESOLUTION_FAILURE',
  ],
  ['a document that is not known', { query: '', documentId: 'sha256:none' }, 'UNKNOWN'],
  ['an operation that costs too much', { query: '{ things(first: 101) { id } }' }, 'COST_ESTIMATED_TOO_EXPENSIVE'],
  ['a field that is asked for too often', { query: '{ rare }' }, 'RATE_LIMITED'],
]

describe.each([
  ['development', false],
  ['production', true],
])('in %s', (_, production) => {
  let graph: TestGraph
  beforeAll(async () => {
    graph = await startGraph({ shop }, { production, adminPort: 0, limits: { ...defaultLimits, cost: 100 } })
    await graph.ask('{ rare }')
  })
  afterAll(() => graph.stop())

  const first = (errors: unknown): Refusal => {
    const [error] = errors as { readonly message: string; readonly extensions: { readonly code: string } }[]
    return { code: error?.extensions.code ?? 'none', message: error?.message ?? '' }
  }
  const overHttp = async (request: Record<string, unknown>) => {
    const { errors } = (await (await graph.post(request)).json()) as { readonly errors: unknown }
    return first(errors)
  }
  const overSse = async (request: Record<string, unknown>) => {
    const response = await graph.post(request, { accept: 'text/event-stream' })
    const text = await response.text()
    const { errors } = JSON.parse(/^data: (.+)$/m.exec(text)?.[1] ?? text) as { readonly errors: unknown }
    return first(errors)
  }
  const overWebSocket = async (request: Record<string, unknown>) => {
    const client = createClient({ url: graph.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 })
    try {
      const { value } = await client.iterate({ query: '', ...request }).next()
      return first(value?.errors)
    } catch (errors) {
      return first(errors)
    } finally {
      await client.dispose()
    }
  }

  const metrics = async () => (await fetch(`http://127.0.0.1:${graph.httpServer.adminPort()}/metrics`)).text()
  const counted = (text: string, metric: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`holdfast_gateway_${metric} `))
        ?.split(' ')
        .at(-1) ?? 0,
    )

  it.each(refusals)('%s is refused with the same code by every transport, and counted', async (_, request, code) => {
    const before = await metrics()
    const [http, sse, webSocket] = [await overHttp(request), await overSse(request), await overWebSocket(request)]
    const rejected = `rejected_total{code="${http.code}"}`
    expect(counted(await metrics(), rejected) - counted(before, rejected)).toBe(3)
    if (code !== 'UNKNOWN') expect(http.code).toBe(code)
    expect(sse.code).toBe(http.code)
    expect(webSocket.code).toBe(http.code)
    expect(sse.message.replace(/\d+/g, 'n')).toBe(http.message.replace(/\d+/g, 'n'))
    expect(webSocket.message.replace(/\d+/g, 'n')).toBe(http.message.replace(/\d+/g, 'n'))
    if (production)
      for (const { message } of [http, sse, webSocket]) expect(message).not.toMatch(/secretName|Did you mean|Int/)
  })

  it.each([
    ['tokens', `{ ${'rare '.repeat(10_000)}}`],
    ['levels', `{ ${'...on Query { '.repeat(30)}rare${' }'.repeat(31)}`],
    ['aliases', `{ things(first: 1) { ${Array.from({ length: 31 }, (_, n) => `a${n}: id`).join(' ')} } }`],
    ['root fields', `{ ${'rare '.repeat(21)} }`],
    ['directives', `{ rare ${'@include(if: true) '.repeat(51)} }`],
    ['request body', ' '.repeat(1_000_001)],
  ])('what exceeds the limit of %s is counted by that name', async (limit, query) => {
    const refused = `refused_total{limit="${limit}"}`
    const before = await metrics()
    expect(await (await graph.post({ query })).json()).toMatchObject({ errors: [{ message: expect.any(String) }] })
    expect(counted(await metrics(), refused) - counted(before, refused)).toBe(1)
  })

  it('endlessly nested variables are refused', async () => {
    const of = `${'{"below":'.repeat(90_000)}null${'}'.repeat(90_000)}`
    const response = await graph.post(`{"query":"query($of: Node) { tree(of: $of) }","variables":{"of":${of}}}`)
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
  })

  it('operators have a port of their own; the public port only says whether the gateway is ready', async () => {
    const admin = `http://127.0.0.1:${graph.httpServer.adminPort()}`
    const open = graph.url.replace('/graphql', '')
    expect(await (await fetch(`${open}/health/ready`)).json()).toEqual({ ready: true })
    expect((await fetch(`${open}/health/live`)).status).toBe(200)
    expect((await fetch(`${open}/metrics`)).status).toBe(404)
    expect(await (await fetch(`${admin}/health/ready`)).json()).toMatchObject({ ready: true, shop: 'ok' })
    expect(await (await fetch(`${admin}/metrics`)).text()).toContain('gateway_refused_total{limit="cost"}')
    expect((await fetch(`${admin}/graphql`)).status).toBe(404)
  })
})

describe('without a port for operators', () => {
  it('production shows metrics to nobody', async () => {
    const graph = await startGraph({ shop }, { production: true })
    const open = graph.url.replace('/graphql', '')
    expect((await fetch(`${open}/metrics`)).status).toBe(404)
    expect(await (await fetch(`${open}/health/ready`)).json()).toEqual({ ready: true })
    await graph.stop()
  })
})

describe('a client that leaves in the middle of its request', () => {
  it('is not logged as an error', async () => {
    const lines: string[] = []
    const log = createLog('test', 'silent')
    log.error = (...said: unknown[]) => void lines.push(JSON.stringify(said))
    const graph = await startGraph({ shop }, { log })
    const socket = connect(Number(new URL(graph.url).port), '127.0.0.1')
    socket.write(
      'POST /graphql HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"que',
    )
    await once(socket, 'connect')
    await sleep(50)
    socket.destroy()
    await sleep(100)
    expect(lines).toEqual([])
    await graph.stop()
  })
})
