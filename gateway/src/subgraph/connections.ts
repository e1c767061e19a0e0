import type { Log } from '@holdfast/service/process'
import { subgraphs as messages } from '../core/messages.ts'
import { subgraphRequests, subgraphSeconds } from '../metrics/requests.ts'
import type { Graph } from '../supergraph/graph.ts'
import { coalesced } from './coalescing.ts'
import { httpConnection } from './http-connection.ts'
import { readReply, type SubgraphOptions, type SubgraphReply, type SubgraphRequest } from './result.ts'
import { type SubscriptionEvents, type SubscriptionRequest, subgraphWebSocket } from './websocket-connection.ts'

export type SubgraphConnections = ReturnType<typeof subgraphConnections>

/** `subgraphUrls` has URLs by subgraph name, where they differ from the supergraph's routing URLs. */
export function subgraphConnections(
  options: SubgraphOptions & { readonly subgraphUrls: ReadonlyMap<string, string> },
  log: Log,
) {
  const connected = new Map<string, Connected>()
  const failed = { kind: 'failed', error: messages.unavailable } as const
  const send = coalesced(async (request) => connected.get(request.subgraph)?.http.send(request) ?? failed)

  return {
    name: 'subgraph connections',
    start: () => undefined,
    stop: () => Promise.all([...connected.values()].map(close)),
    /** Subscribes at a subgraph until the returned function is called. */
    subscribe: (subgraph: string, request: SubscriptionRequest, events: SubscriptionEvents): (() => void) => {
      const webSocket = connected.get(subgraph)?.webSocket
      if (webSocket) return webSocket.subscribe(request, events)
      queueMicrotask(() => events.ended(failed))
      return () => undefined
    },
    /** Where a subgraph is; undefined when there is none of this name. */
    urlOf: (subgraph: string): string | undefined => connected.get(subgraph)?.url,
    read: (reply: SubgraphReply) => readReply(reply, options),
    /** Never rejects: a subgraph that cannot be reached is a reply too. */
    send: async (request: SubgraphRequest) => {
      const end = subgraphSeconds.startTimer({ subgraph: request.subgraph })
      const reply = await send(request)
      end()
      subgraphRequests.inc({ subgraph: request.subgraph, outcome: reply.kind })
      return reply
    },
    /** Connects to the subgraphs of a new graph. Connections to those that moved or left are closed when their requests are done. */
    follow: (graph: Graph) => {
      const urls = new Map(graph.subgraphs.map(({ name, url }) => [name, options.subgraphUrls.get(name) ?? url]))
      // Checked before anything changes: the gateway follows a graph entirely or not at all.
      for (const [name, url] of urls)
        if (url !== '' && !URL.canParse(url)) throw new Error(`the routing URL of subgraph ${name} is not a URL`)
      for (const [name, one] of connected) {
        if (urls.get(name) === one.url) continue
        connected.delete(name)
        setTimeout(() => void close(one), 2 * options.subgraphTimeoutMs).unref()
      }
      for (const [name, url] of urls)
        if (!connected.has(name) && url !== '')
          connected.set(name, {
            url,
            http: httpConnection(name, url, options, log),
            webSocket: subgraphWebSocket(name, url, options, log),
          })
    },
    /** Readiness checks by subgraph name. */
    checks: () => Object.fromEntries([...connected].map(([name, { http }]) => [name, http.ready])),
  }
}

interface Connected {
  readonly url: string
  readonly http: ReturnType<typeof httpConnection>
  readonly webSocket: ReturnType<typeof subgraphWebSocket>
}

const close = ({ http, webSocket }: Connected) => Promise.all([http.close(), webSocket.close()])
