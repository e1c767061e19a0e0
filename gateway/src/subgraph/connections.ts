import type { Log, Step } from '@holdfast/service/process'
import { subgraphs as messages } from '../core/messages.ts'
import { subgraphRequests, subgraphSeconds } from '../metrics/requests.ts'
import type { Graph } from '../supergraph/graph.ts'
import { coalesced } from './coalescing.ts'
import { type HttpConnection, httpConnection } from './http-connection.ts'
import { type ErrorVisibility, readReply, type Subgraphs } from './result.ts'
import {
  type SubgraphWebSocket,
  type SubscriptionEvents,
  type SubscriptionRequest,
  subgraphWebSocket,
} from './websocket-connection.ts'

/** How subgraphs are reached. */
export interface SubgraphOptions extends ErrorVisibility {
  /** URLs by subgraph name, where they differ from the supergraph's routing URLs. */
  readonly subgraphUrls: ReadonlyMap<string, string>
  /** Shared with the subgraphs; without it requests are not signed. */
  readonly gatewaySecret: string | undefined
  /** Milliseconds that one request may take. */
  readonly subgraphTimeoutMs: number
}

export interface SubgraphConnections extends Step, Subgraphs {
  /** Subscribes at a subgraph until the returned function is called. */
  subscribe(subgraph: string, request: SubscriptionRequest, events: SubscriptionEvents): () => void
  /** Where a subgraph is; undefined when there is none of this name. */
  urlOf(subgraph: string): string | undefined
  /** Connects to the subgraphs of a new graph. Connections to those that moved or left are closed when their requests are done. */
  follow(graph: Graph): void
  /** Readiness checks by subgraph name. */
  checks(): Record<string, () => Promise<void>>
}

export function subgraphConnections(options: SubgraphOptions, log: Log): SubgraphConnections {
  const connected = new Map<string, Connected>()
  const failed = { kind: 'failed', error: messages.unavailable } as const
  const send = coalesced(async (request) => connected.get(request.subgraph)?.http.send(request) ?? failed)

  return {
    name: 'subgraph connections',
    start: () => undefined,
    stop: () => Promise.all([...connected.values()].map(close)),
    subscribe: (subgraph, request, events) => {
      const webSocket = connected.get(subgraph)?.webSocket
      if (webSocket) return webSocket.subscribe(request, events)
      queueMicrotask(() => events.ended(failed))
      return () => undefined
    },
    urlOf: (subgraph) => connected.get(subgraph)?.url,
    read: (reply) => readReply(reply, options),
    send: async (request) => {
      const end = subgraphSeconds.startTimer({ subgraph: request.subgraph })
      const reply = await send(request)
      end()
      subgraphRequests.inc({ subgraph: request.subgraph, outcome: reply.kind })
      return reply
    },
    follow: (graph) => {
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
    checks: () => Object.fromEntries([...connected].map(([name, { http }]) => [name, http.ready])),
  }
}

interface Connected {
  readonly url: string
  readonly http: HttpConnection
  readonly webSocket: SubgraphWebSocket
}

const close = ({ http, webSocket }: Connected) => Promise.all([http.close(), webSocket.close()])
