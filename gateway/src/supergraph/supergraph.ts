import './no-telemetry.ts'
import { ApolloGateway } from '@apollo/gateway'
import { type Log, type Step, withTimeout } from '@holdfast/service/process'
import { parse, print } from 'graphql'
import { withoutAccess } from './access.ts'
import { type Graph, readGraph } from './graph.ts'
import type { Source } from './source.ts'

/** The supergraph that is served now, and each one that replaces it. */
export interface CurrentGraph extends Step {
  graph(): Graph
  /** Calls `listener` after each change; what was compiled for the old graph is not valid for the new one. */
  onChange(listener: (graph: Graph) => void): void
  ready(): Promise<void>
}

/**
 * Apollo's gateway loads and validates the supergraph, at start and at each change; plans and execution are ours.
 * A supergraph that does not load leaves the one before in place.
 */
export function currentGraph(source: Source, log: Log): CurrentGraph {
  const listeners: ((graph: Graph) => void)[] = []
  const watching = new AbortController()
  let current: Graph | undefined
  let watch: Promise<void> | undefined
  let first = ''
  let update: (sdl: string) => void = () => undefined

  const apollo = new ApolloGateway({
    supergraphSdl: async (hooks) => {
      update = hooks.update
      first = await source.read()
      return { supergraphSdl: validated(first) }
    },
    buildService: () => ({ process: () => Promise.reject(new Error('subgraphs are asked by the executor')) }),
    logger: { debug: () => undefined, info: () => undefined, warn: log.warn.bind(log), error: log.error.bind(log) },
  })

  const take = (sdl: string) => {
    const graph = readGraph(sdl)
    for (const listener of listeners) listener(graph) // One that cannot follow keeps the graph before.
    current = graph
  }

  const validated = (sdl: string) => print(withoutAccess(parse(sdl, { noLocation: true })))

  return {
    name: 'supergraph',
    graph: () => {
      if (!current) throw new Error('no supergraph is loaded')
      return current
    },
    onChange: (listener) => void listeners.push(listener),
    ready: async () => {
      if (!current) throw new Error('no supergraph is loaded')
    },
    start: async () => {
      await withTimeout(30_000, 'the supergraph', apollo.load())
      take(first)
      log.info({ subgraphs: current?.subgraphs.map(({ name }) => name) }, 'supergraph loaded')
      watch = source.watch(watching.signal, async (sdl) => {
        try {
          update(validated(sdl))
          take(sdl)
          log.info({ subgraphs: current?.subgraphs.map(({ name }) => name) }, 'supergraph replaced')
        } catch (err) {
          log.error({ err }, 'the new supergraph does not load; the one before stays')
        }
      })
    },
    stop: async () => {
      watching.abort()
      await watch
      await apollo.stop()
    },
  }
}
