import { type HttpDoor, httpDoor, type Log, type Step } from '@holdfast/service'
import { admission } from './admission.ts'
import { answering } from './answering.ts'
import { recogniseBy } from './caller.ts'
import { defaultLimits, type Limits } from './document/limits.ts'
import { readManifest } from './document/manifest.ts'
import { eventStreams } from './door/event-streams.ts'
import { graphiqlPage, graphiqlRoutes } from './door/graphiql.ts'
import { graphqlRoute } from './door/http.ts'
import { webSocketDoor } from './door/websocket.ts'
import { type Issuer, identifyBy } from './identity.ts'
import { countPlan, measured, meter } from './meter.ts'
import { connections } from './subgraph/connections.ts'
import { channels } from './subscriptions/channels.ts'
import { supergraphSource } from './supergraph/source.ts'
import { currentGraph } from './supergraph/supergraph.ts'
import { toll } from './toll.ts'

export interface GatewayOptions {
  /** File path or URL. */
  readonly supergraph: string
  readonly subgraphUrls: ReadonlyMap<string, string>
  /** Path of a manifest of operations to plan before the door opens. */
  readonly operations?: string | undefined
  readonly tokens: Issuer | undefined
  readonly secret: string | undefined
  readonly host: string
  readonly port: number
  readonly subgraphTimeoutMs: number
  readonly production: boolean
  readonly limits?: Limits
  /** Whether operations over `limits.cost` are refused; by default where the supergraph says how long its lists are. */
  readonly costMode?: 'measure' | 'enforce' | undefined
  readonly log: Log
}

const path = '/graphql'
const requestTimeoutMs = 15_000 // for a request to come in; who sends a megabyte that slowly holds a socket for nothing
const queryBudgetOverTimeoutMs = 300 // A query whose first subgraph was slow still gets a try at the next.

/** The gateway as steps of a process, in the order in which they start. */
export function gateway(options: GatewayOptions): { readonly door: HttpDoor; readonly steps: readonly Step[] } {
  const { log, production, subgraphTimeoutMs } = options
  const supergraph = currentGraph(supergraphSource(options.supergraph, log), log)
  const subgraphs = connections(options.subgraphUrls, {
    secret: options.secret,
    timeoutMs: subgraphTimeoutMs,
    masked: production,
    log,
  })
  const counted = measured(subgraphs)
  const budgetMs = subgraphTimeoutMs + queryBudgetOverTimeoutMs
  const limits = options.limits ?? defaultLimits
  const answers = answering({
    limits,
    closed: production,
    counted: countPlan,
    log,
    subgraphs: counted,
    budgetMs,
  })
  supergraph.onChange((graph) => {
    subgraphs.follow(graph)
    answers.follow(graph)
  })
  const warming: Step = {
    name: 'known operations',
    start: async () => {
      if (!options.operations) return
      const operations = await readManifest(options.operations)
      const valid = await answers.warm(operations)
      log.info({ operations: operations.length, valid }, 'operations planned')
    },
  }
  const count = meter(log)
  const shared = channels({ subgraphs: counted, subscribe: subgraphs.subscribe, budgetMs, log })
  const streams = eventStreams(shared, count)
  const common = {
    admission: admission(
      recogniseBy(identifyBy(options.tokens)),
      answers,
      toll({ costLimit: limits.cost, costMode: options.costMode }),
    ),
    answering: answers,
    meter: count,
    log,
  }
  const open = openDoor()
  const door = httpDoor({
    host: options.host,
    port: options.port,
    log,
    routes: production
      ? { [path]: graphqlRoute({ ...common, streams }) }
      : { [path]: graphqlRoute({ ...common, streams, page: graphiqlPage }), ...graphiqlRoutes(path) },
    ready: () => ({ door: open.check, supergraph: supergraph.ready, ...subgraphs.checks() }),
  })
  door.server.requestTimeout = requestTimeoutMs
  const webSocket = webSocketDoor(door, { ...common, path, channels: shared })
  return { door, steps: [subgraphs, supergraph, warming, door, streams, webSocket, open.step] }
}

/** The last step, so the first that stops: nobody is sent here any more while those who are here are let go. */
function openDoor() {
  let open = false
  const step: Step = {
    name: 'open door',
    start: () => {
      open = true
    },
    stop: () => {
      open = false
    },
  }
  const check = async () => {
    if (!open) throw new Error('the door is closing')
  }
  return { step, check }
}
