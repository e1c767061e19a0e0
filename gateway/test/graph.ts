/** A gateway with real subgraphs in this process, which tests use over HTTP. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { composeServices } from '@apollo/composition'
import { subgraph } from '@holdfast/service/graphql'
import { createHttpServer, type HttpServer } from '@holdfast/service/http'
import type { Viewer } from '@holdfast/service/identity'
import { createLog, type Log, type Step } from '@holdfast/service/process'
import { parse } from 'graphql'
import { type GatewayConfig, gatewayConfig } from '../src/config.ts'
import { type GatewayIntervals, gateway } from '../src/gateway.ts'

export interface TestSubgraph {
  readonly sdl: string
  readonly resolvers: unknown
}

export interface Context {
  readonly viewer: Viewer
}

/** A request to a subgraph. */
export interface Call {
  readonly query: string
  readonly variables: Record<string, unknown>
  readonly traceparent: string | undefined
  /** The deadline that the gateway sent. */
  readonly deadline: number
}

export interface Answer {
  readonly data?: Record<string, unknown> | null
  readonly errors?: readonly {
    readonly message: string
    readonly path?: readonly (string | number)[]
    readonly extensions: Record<string, unknown>
  }[]
}

export interface TestGraph {
  readonly url: string
  readonly httpServer: HttpServer
  readonly supergraphFile: string
  /** The gateway's secret. */
  readonly secret: string
  subgraphUrl(name: string): string
  /** Requests to each subgraph since the last `forget`. */
  calls(subgraph: string): readonly Call[]
  forget(): void
  ask(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<Answer>
  post(body: unknown, headers?: Record<string, string>): Promise<Response>
  stopSubgraph(name: string): Promise<void>
  startSubgraph(name: string): Promise<void>
  stop(): Promise<void>
}

const log = createLog('test', process.env['LOG_LEVEL'] ?? 'silent')

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires",
  "@provides", "@external", "@shareable", "@interfaceObject", "@inaccessible", "@authenticated", "@requiresScopes",
  "@cost", "@listSize", "@composeDirective"])\n`

/** Composes test subgraphs; those without a URL get an unreachable one. */
export function supergraphOf(
  subgraphs: Record<string, TestSubgraph>,
  urls: Record<string, string> = {},
  runSatisfiability = true,
): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(subgraphs).map(([name, { sdl }]) => ({
      name,
      url: urls[name] ?? `http://${name}.invalid/graphql`,
      typeDefs: parse(link + sdl),
    })),
    { runSatisfiability },
  )
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'))
  return supergraphSdl
}

interface TestOptions {
  readonly log?: Log
  /** Addresses of subgraphs that this helper does not start. */
  readonly urls?: Record<string, string>
  /** False for a graph in which some operations cannot be answered. */
  readonly satisfiable?: boolean
}

/** Starts everything. The gateway knows the subgraphs' addresses from the supergraph, or from `urls`. */
export async function startGraph(
  subgraphs: Record<string, TestSubgraph>,
  options: Partial<GatewayConfig> & GatewayIntervals & TestOptions = {},
): Promise<TestGraph> {
  supergraphOf(subgraphs, {}, options.satisfiable) // First, because an invalid test would leave running what was started before.
  const secret = options.gatewaySecret ?? randomBytes(32).toString('base64url')
  const calls = new Map<string, Call[]>()
  const running = new Map<string, Running>()
  const urls: Record<string, string> = { ...options.urls }
  for (const [name, definition] of Object.entries(subgraphs)) {
    if (urls[name]) continue
    const one = await startSubgraph(name, definition, secret, 0, (call) => {
      calls.set(name, [...(calls.get(name) ?? []), call])
    })
    running.set(name, one)
    urls[name] = `http://127.0.0.1:${one.port}/graphql`
  }
  const directory = await mkdtemp(join(tmpdir(), 'gateway-'))
  const supergraphFile = join(directory, 'supergraph.graphql')
  await writeFile(supergraphFile, supergraphOf(subgraphs, urls, options.satisfiable))

  const config = gatewayConfig({ SUPERGRAPH: supergraphFile })
  const { httpServer, steps } = gateway(
    { ...config, port: 0, gatewaySecret: secret, subgraphTimeoutMs: 1_000, ...options },
    options.log ?? log,
    options,
  )
  for (const step of steps) await step.start()
  const url = `http://127.0.0.1:${httpServer.port()}/graphql`
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })

  return {
    url,
    httpServer,
    supergraphFile,
    secret,
    subgraphUrl: (name) => urls[name] ?? '',
    calls: (name) => calls.get(name) ?? [],
    forget: () => calls.clear(),
    ask: async (query, variables, headers) => (await post({ query, variables }, headers)).json() as Promise<Answer>,
    post,
    stopSubgraph: async (name) => running.get(name)?.stop(),
    startSubgraph: async (name) => {
      const before = running.get(name)
      const definition = subgraphs[name]
      if (!before || !definition) throw new Error(`no subgraph ${name}`)
      const one = await startSubgraph(name, definition, secret, before.port, (call) => {
        calls.set(name, [...(calls.get(name) ?? []), call])
      })
      running.set(name, one)
    },
    stop: async () => {
      for (const step of steps.toReversed()) await step.stop?.()
      for (const one of running.values()) await one.stop()
      await rm(directory, { recursive: true })
    },
  }
}

export interface Running {
  readonly port: number
  stop(): Promise<void>
}

/** A subgraph in this process; port 0 means any free port. */
export async function startSubgraph(
  name: string,
  { sdl, resolvers }: TestSubgraph,
  secret: string,
  port: number,
  called: (call: Call) => void,
): Promise<Running> {
  const one = subgraph<Context>({ name, sdl: link + sdl, resolvers, secret, log, context: (viewer) => ({ viewer }) })
  const httpServer = createHttpServer({
    host: '127.0.0.1',
    port,
    log,
    ready: {},
    routes: {
      '/graphql': async (request, response) => {
        const { traceparent, 'x-request-deadline': deadline } = request.headers
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk))
        request.on('end', () => {
          const { query, variables } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
          called({
            query,
            variables,
            traceparent: typeof traceparent === 'string' ? traceparent : undefined,
            deadline: Number(deadline),
          })
        })
        await one.route(request, response)
      },
    },
  })
  const steps: Step[] = [httpServer, ...one.steps(httpServer)]
  for (const step of steps) await step.start()
  let stopped: Promise<void> | undefined
  return {
    port: httpServer.port(),
    stop: () => {
      stopped ??= (async () => {
        for (const step of steps.toReversed()) await step.stop?.()
      })()
      return stopped
    },
  }
}
