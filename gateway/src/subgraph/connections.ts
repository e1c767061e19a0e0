import type { Step } from '@holdfast/service/process'
import type { Subgraphs } from '../execute/execute.ts'
import type { Graph } from '../supergraph/graph.ts'
import { readReply, unavailable } from './answer.ts'
import { coalesced } from './coalesce.ts'
import { type Connection, type ConnectionOptions, connect } from './connection.ts'
import { openStream, type Stream, type StreamEvents, type StreamOptions, type StreamRequest } from './stream.ts'

export interface Connections extends Step, Subgraphs {
  /** Subscribes at a subgraph until the returned function is called. */
  subscribe(subgraph: string, request: StreamRequest, events: StreamEvents): () => void
  /** Where a subgraph is; undefined when there is none of this name. */
  urlOf(subgraph: string): string | undefined
  /** Follows the subgraphs of a new graph; sockets to those that moved or left are given up when their requests are done. */
  follow(graph: Graph): void
  /** What must hold for each subgraph to be usable, by its name. */
  checks(): Record<string, () => Promise<void>>
}

/** One connection per subgraph, at the graph's routing URL or at the one that `urls` gives by its name. */
export function connections(
  urls: ReadonlyMap<string, string>,
  options: ConnectionOptions & StreamOptions,
): Connections {
  const open = new Map<string, { readonly url: string; readonly connection: Connection; readonly stream: Stream }>()

  return {
    name: 'subgraph connections',
    start: () => undefined,
    stop: () => Promise.all([...open.values()].map(close)),
    subscribe: (subgraph, request, events) => {
      const stream = open.get(subgraph)?.stream
      if (stream) return stream.subscribe(request, events)
      queueMicrotask(() => events.ended({ kind: 'failed', fault: unavailable }))
      return () => undefined
    },
    urlOf: (subgraph) => open.get(subgraph)?.url,
    read: (reply) => readReply(reply, options.told),
    ask: coalesced(
      async (request) => open.get(request.subgraph)?.connection.ask(request) ?? { kind: 'failed', fault: unavailable },
    ),
    follow: (graph) => {
      const wanted = new Map(graph.subgraphs.map(({ name, url }) => [name, urls.get(name) ?? url]))
      // Before anything is changed: a graph is followed whole or not at all.
      for (const [name, url] of wanted)
        if (url !== '' && !URL.canParse(url)) throw new Error(`the routing URL of subgraph ${name} is none`)
      for (const [name, one] of open) {
        if (wanted.get(name) === one.url) continue
        open.delete(name)
        setTimeout(() => void close(one), 2 * options.timeoutMs).unref()
      }
      for (const [name, url] of wanted)
        if (!open.has(name) && url !== '')
          open.set(name, { url, connection: connect(name, url, options), stream: openStream(name, url, options) })
    },
    checks: () => Object.fromEntries([...open].map(([name, { connection }]) => [name, connection.ready])),
  }
}

const close = ({ connection, stream }: { readonly connection: Connection; readonly stream: Stream }) =>
  Promise.all([connection.close(), stream.close()])
