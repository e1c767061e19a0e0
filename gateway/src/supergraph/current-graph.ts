import './no-telemetry.ts'
import { ApolloGateway } from '@apollo/gateway'
import { type Log, withTimeout } from '@holdfast/service/process'
import { parse, print } from 'graphql'
import { withoutAccess } from './access.ts'
import { type Graph, readGraph } from './graph.ts'
import type { Source } from './source.ts'

export type CurrentGraph = ReturnType<typeof currentGraph>

/**
 * The supergraph that is served now, and its replacements.
 * Apollo's gateway loads and validates the supergraph, at the start and at each change; it neither plans nor executes. When a new
 * supergraph does not load, the current one stays.
 */
export function currentGraph(source: Source, log: Log) {
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
    buildService: () => ({ process: () => Promise.reject(new Error('only the executor sends requests to subgraphs')) }),
    logger: { debug: () => undefined, info: () => undefined, warn: log.warn.bind(log), error: log.error.bind(log) },
  })

  const replace = (sdl: string, what: string) => {
    const graph = readGraph(sdl)
    for (const listener of listeners) listener(graph) // When one throws, the current graph stays.
    current = graph
    log.info({ subgraphs: graph.subgraphs.map(({ name }) => name) }, what)
  }

  const validated = (sdl: string) => print(withoutAccess(parse(sdl, { noLocation: true })))

  return {
    name: 'supergraph',
    /** Calls `listener` after each change. What was compiled for the old graph is not valid for the new one. */
    onChange: (listener: (graph: Graph) => void) => void listeners.push(listener),
    ready: async () => {
      if (!current) throw new Error('no supergraph is loaded')
    },
    start: async () => {
      await withTimeout(30_000, 'the supergraph', apollo.load())
      replace(first, 'supergraph loaded')
      watch = source.watch(watching.signal, async (sdl) => {
        try {
          update(validated(sdl))
          replace(sdl, 'supergraph replaced')
        } catch (err) {
          log.error({ err }, 'the new supergraph does not load; the current one stays')
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
