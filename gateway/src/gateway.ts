import { type HttpServer, httpServer } from '@holdfast/service/http'
import type { Log, Step } from '@holdfast/service/process'
import { admission } from './admission.ts'
import { answering } from './answering.ts'
import { recogniseBy } from './caller.ts'
import { defaultLimits, type Limits } from './document/limits.ts'
import { eventStreams } from './door/event-streams.ts'
import { graphiqlPage, graphiqlRoutes } from './door/graphiql.ts'
import { graphqlRoute } from './door/http.ts'
import { webSocketDoor } from './door/websocket.ts'
import { type Issuer, identifyBy } from './identity.ts'
import { countPlan, measured, meter } from './meter.ts'
import { defaultOpenLimits, type OpenLimits, openCounts } from './open.ts'
import { currentRegistry } from './operations/current.ts'
import type { Enforcement } from './operations/files.ts'
import { findOperation } from './operations/find.ts'
import { planAhead } from './operations/plan-ahead.ts'
import { remembered } from './operations/remembered.ts'
import { usage } from './operations/usage.ts'
import { rates } from './rates/rates.ts'
import { sharedRedis } from './redis.ts'
import { connections } from './subgraph/connections.ts'
import { channels } from './subscriptions/channels.ts'
import { supergraphSource } from './supergraph/source.ts'
import { currentGraph } from './supergraph/supergraph.ts'
import { toll } from './toll.ts'

export interface GatewayOptions {
  /** File path or URL. */
  readonly supergraph: string
  readonly subgraphUrls: ReadonlyMap<string, string>
  /** Folder of the registry of clients and their operations; or a manifest, planned before the door opens. */
  readonly operations?: string | undefined
  /** Milliseconds between two looks at it; by default 1,000. */
  readonly operationsPollMs?: number
  /** What clients may run that are not registered; by default anything. */
  readonly enforcement?: Enforcement | undefined
  readonly tokens: Issuer | undefined
  readonly secret: string | undefined
  readonly host: string
  readonly port: number
  /** Where numbers and the names of what is away are told; without it at `port`, in production nowhere. */
  readonly adminPort?: number | undefined
  readonly subgraphTimeoutMs: number
  readonly production: boolean
  /** Extensions of subgraphs' errors that clients are told in production too, beside those that they always are. */
  readonly errorExtensions?: readonly string[] | undefined
  readonly limits?: Limits
  /** What callers may keep open. */
  readonly openLimits?: OpenLimits
  /** Proxies of ours in front: by so many places from the right X-Forwarded-For is believed. */
  readonly trustedProxies?: number
  /** Whether operations over `limits.cost` are refused; by default where the supergraph says how long its lists are. */
  readonly costMode?: 'measure' | 'enforce' | undefined
  /** Points that one identity may spend in a minute; by default any. */
  readonly pointsPerMinute?: number | undefined
  /** How many times as much as `@rate` says fields may be asked for. */
  readonly rateFactor?: number | undefined
  /** Where rates, usage and remembered operations of all gateways are; without it this one has its own. */
  readonly redisUrl?: string | undefined
  /** Milliseconds between two writes of what was used; by default 2,000. */
  readonly usageFlushMs?: number
  readonly log: Log
}

const path = '/graphql'
const requestTimeoutMs = 15_000 // for a request to come in; who sends a megabyte that slowly holds a socket for nothing
const queryBudgetOverTimeoutMs = 300 // A query whose first subgraph was slow still gets a try at the next.

/** The gateway as steps of a process, in the order in which they start. */
export function gateway(options: GatewayOptions): { readonly door: HttpServer; readonly steps: readonly Step[] } {
  const { log, production, subgraphTimeoutMs } = options
  const supergraph = currentGraph(supergraphSource(options.supergraph, log), log)
  const subgraphs = connections(options.subgraphUrls, {
    secret: options.secret,
    timeoutMs: subgraphTimeoutMs,
    told: production ? { extensions: options.errorExtensions ?? [] } : 'all',
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
    shared.follow(graph)
  })
  const registry = currentRegistry(options.operations, log, options.operationsPollMs)
  const shares = options.redisUrl === undefined ? undefined : sharedRedis(options.redisUrl, log)
  const redis = shares?.redis
  const used = usage(redis, log, options.usageFlushMs)
  const ahead = planAhead(registry, supergraph, answers, log)
  const counts = rates({ redis, secret: options.secret, log })
  const count = meter(log)
  const shared = channels({
    subgraphs: counted,
    subscribe: subgraphs.subscribe,
    urlOf: subgraphs.urlOf,
    prepare: answers.prepare,
    budgetMs,
    log,
  })
  const streams = eventStreams(shared, count, log)
  const common = {
    admission: admission({
      recognise: recogniseBy(identifyBy(options.tokens), registry),
      find: findOperation({
        registry,
        remembered: remembered(redis, log),
        usage: used,
        enforcement: options.enforcement ?? 'off',
      }),
      answering: answers,
      toll: toll({
        costLimit: limits.cost,
        costMode: options.costMode,
        pointsPerMinute: options.pointsPerMinute,
        rateFactor: options.rateFactor ?? 1,
        rates: counts,
      }),
    }),
    answering: answers,
    meter: count,
    open: openCounts(options.openLimits ?? defaultOpenLimits),
    trustedProxies: options.trustedProxies ?? 0,
    log,
  }
  const open = openDoor()
  const door = httpServer({
    host: options.host,
    port: options.port,
    log,
    routes: production
      ? { [path]: graphqlRoute({ ...common, streams }) }
      : { [path]: graphqlRoute({ ...common, streams, page: graphiqlPage }), ...graphiqlRoutes(path) },
    admin: options.adminPort === undefined ? (production ? 'nowhere' : undefined) : { port: options.adminPort },
    ready: () => ({ door: open.check, supergraph: supergraph.ready, ...subgraphs.checks() }),
  })
  door.server.requestTimeout = requestTimeoutMs
  const webSocket = webSocketDoor(door, { ...common, path, channels: shared })
  const served = [subgraphs, supergraph, registry, ahead, used, door, streams, webSocket, open.step]
  return { door, steps: shares ? [shares.step, ...served] : served }
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
