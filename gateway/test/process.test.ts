/** The gateway as a process: its configuration, its output and how it stops. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { startGraph, supergraphOf, type TestGraph, type TestSubgraph } from './graph.ts'
import { startIssuer, type TestIssuer } from './tokens.ts'

const main = join(import.meta.dirname, '../src/main.ts')
const slow: TestSubgraph = {
  sdl: 'type Query { slow(word: String): String } type Subscription { never: Boolean }',
  resolvers: {
    Query: {
      slow: async (_: unknown, { word }: { word: string }) => {
        await sleep(700)
        return word
      },
    },
    Subscription: {
      never: {
        subscribe: () => ({
          next: () => new Promise(() => undefined),
          return: async () => ({ done: true, value: undefined }),
          [Symbol.asyncIterator]() {
            return this
          },
        }),
      },
    },
  },
}

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  const output = { text: '' }
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output.text += chunk
    })
  return { child, output }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}

it('names everything that is wrong with its configuration, and starts nothing', async () => {
  const { child, output } = start({
    PORT: 'web',
    SUBGRAPH_URLS: 'a=http://x.test/,nonsense',
    JWKS_URL: 'http://x.test/jwks.json',
    GATEWAY_SECRET: 'short',
  })
  expect(await once(child, 'exit')).toEqual([1, null])
  for (const error of [
    'SUPERGRAPH: is missing',
    'PORT:',
    '"nonsense" is not name=url',
    'GATEWAY_SECRET:',
    'all three or none',
  ])
    expect(output.text).toContain(error)
})

it('does not start with an invalid supergraph', async () => {
  const { child, output } = start({ SUPERGRAPH: main, PORT: '0' })
  expect((await once(child, 'exit'))[0]).toBe(1)
  expect(output.text).toContain('could not start')
})

describe('a gateway that stops', () => {
  let directory: string
  let issuer: TestIssuer
  let subgraphs: TestGraph
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'process-'))
    issuer = await startIssuer()
    subgraphs = await startGraph({ slow })
  })
  afterAll(async () => {
    await subgraphs.stop()
    await issuer.stop()
    await rm(directory, { recursive: true })
  })

  it('answers running requests, disconnects clients with a code that they retry, and logs no secret', async () => {
    const port = await freePort()
    const supergraph = join(directory, 'supergraph.graphql')
    await writeFile(supergraph, supergraphOf({ slow }))
    const { child, output } = start({
      SUPERGRAPH: supergraph,
      SUBGRAPH_URLS: `slow=${subgraphs.subgraphUrl('slow')}`,
      GATEWAY_SECRET: subgraphs.secret,
      JWKS_URL: issuer.tokenIssuer.jwksUrl,
      JWT_ISSUER: issuer.tokenIssuer.issuer,
      JWT_AUDIENCE: issuer.tokenIssuer.audience,
      PORT: String(port),
      LOG_LEVEL: 'trace',
    })
    const url = `http://127.0.0.1:${port}/graphql`
    const ready = () =>
      fetch(`http://127.0.0.1:${port}/health/ready`).then(
        ({ status }) => status,
        () => 0,
      )
    for (let tries = 0; (await ready()) !== 200; tries++) {
      expect(tries).toBeLessThan(200)
      await sleep(50)
    }
    const token = await issuer.token()
    const ask = (accept: string, query: string) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept, authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables: { word: 'confidential' } }),
      })
    const client = createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${token}` },
    })
    const { promise: closed, resolve: close } = Promise.withResolvers<unknown>()
    client.subscribe(
      { query: 'subscription { never }' },
      { next: () => undefined, error: close, complete: () => undefined },
    )
    const events = await ask('text/event-stream', 'subscription { never }')
    const answer = ask('application/json', 'query Slowly($word: String) { slow(word: $word) }')
    await sleep(300)

    child.kill('SIGTERM')
    await sleep(100)
    expect(await ready()).not.toBe(200)
    expect(await closed).toMatchObject({ code: 1012 })
    expect(await events.text()).toBe('event: complete\ndata: \n\n')
    expect(await (await answer).json()).toEqual({ data: { slow: 'confidential' } })
    expect(await once(child, 'exit')).toEqual([0, null])

    const lines = output.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toContainEqual(
      expect.objectContaining({
        operation: 'Slowly',
        type: 'query',
        transport: 'http',
        errors: 0,
        trace_id: expect.any(String),
      }),
    )
    for (const secret of ['confidential', token, token.split('.')[2] ?? token, subgraphs.secret])
      expect(output.text).not.toContain(secret)
  })
})
