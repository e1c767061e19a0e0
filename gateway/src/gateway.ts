import { currentRegistry, operationFinder, operationUsage, rememberedTexts } from '@holdfast/operations'
import { createHttpServer, type HttpServer } from '@holdfast/service/http'
import type { Log, Step } from '@holdfast/service/process'
import { admission } from './admission/admit.ts'
import { concurrencyLimiter } from './admission/connection-limits.ts'
import { costAndRateLimits } from './admission/cost-and-rates.ts'
import type { GatewayConfig } from './config.ts'
import { sharedRedis } from './core/redis.ts'
import { operationRunner } from './execution/run-operation.ts'
import { authenticator } from './identity/authenticate.ts'
import { tokenVerifier } from './identity/token.ts'
import { operationMetrics } from './metrics/requests.ts'
import { planAhead } from './operation/plan-ahead.ts'
import { operationPlanner } from './operation/prepare.ts'
import { rateCounter } from './rate-limits/rates.ts'
import { subgraphConnections } from './subgraph/connections.ts'
import { channels } from './subscriptions/channels.ts'
import { currentGraph } from './supergraph/current-graph.ts'
import { supergraphSource } from './supergraph/source.ts'
import { eventStreams } from './transport/event-streams.ts'
import { graphiqlPage, graphiqlRoutes } from './transport/graphiql.ts'
import { httpTransport, type TransportOptions } from './transport/http.ts'
import { webSocketTransport } from './transport/websocket.ts'

const path = '/graphql'
const requestTimeoutMs = 15_000 // for a request to arrive completely; slower clients would hold sockets for nothing
const queryBudgetOverTimeoutMs = 300 // A query whose first subgraph was slow can still try the next.

/** Intervals that only tests change. */
export interface GatewayIntervals {
  readonly operationsPollMs?: number
  readonly usageFlushMs?: number
}

/** The gateway as steps of a process, in the order in which they start. */
export function gateway(
  config: GatewayConfig,
  log: Log,
  { operationsPollMs, usageFlushMs }: GatewayIntervals = {},
): { readonly httpServer: HttpServer; readonly steps: readonly Step[] } {
  const { production, limits } = config
  const budgetMs = config.subgraphTimeoutMs + queryBudgetOverTimeoutMs
  const shared = config.redisUrl === undefined ? undefined : sharedRedis(config.redisUrl, log)
  const measure = operationMetrics(log)

  const supergraph = currentGraph(supergraphSource(config.supergraph, log), log)
  const subgraphs = subgraphConnections(config, log)
  const planner = operationPlanner({ limits, production, log })
  const subscriptions = channels({ subgraphs, planner, eventBudgetMs: budgetMs, log })
  supergraph.onChange((graph) => {
    subgraphs.follow(graph)
    planner.follow(graph)
    subscriptions.follow(graph)
  })

  const registry = currentRegistry(config.operations, log, operationsPollMs)
  const usage = operationUsage(shared?.redis, log, usageFlushMs)
  const find = operationFinder({
    registry,
    remembered: rememberedTexts(shared?.redis, log),
    usage,
    enforcement: config.enforcement,
  })
  const rates = rateCounter(shared?.redis, config.gatewaySecret, log)
  const options: TransportOptions = {
    authenticate: authenticator(tokenVerifier(config.tokenIssuer), registry),
    admit: admission(find, planner, costAndRateLimits(config, rates)),
    run: operationRunner(subgraphs, budgetMs),
    measure,
    concurrency: concurrencyLimiter(config.concurrencyLimits),
    trustedProxies: config.trustedProxies,
    log,
  }
  const streams = eventStreams(subscriptions, measure, log)
  const http = httpTransport(options, streams, production ? undefined : graphiqlPage)
  let started = false
  const httpServer = createHttpServer({
    host: config.host,
    port: config.port,
    log,
    routes: production ? { [path]: http } : { [path]: http, ...graphiqlRoutes(path) },
    admin: config.adminPort === undefined ? (production ? 'nowhere' : undefined) : { port: config.adminPort },
    ready: () => ({
      gateway: async () => {
        if (!started) throw new Error('the gateway stops')
      },
      supergraph: supergraph.ready,
      ...subgraphs.checks(),
    }),
  })
  httpServer.server.requestTimeout = requestTimeoutMs
  return {
    httpServer,
    steps: [
      ...(shared ? [shared.step] : []),
      subgraphs,
      supergraph,
      registry,
      planAhead(registry, supergraph, planner, log),
      usage,
      httpServer,
      streams,
      webSocketTransport(httpServer, path, options, subscriptions),
      // The last step stops first: the gateway is then not ready for new clients, while the connected ones are disconnected.
      {
        name: 'ready',
        start: () => {
          started = true
        },
        stop: () => {
          started = false
        },
      },
    ],
  }
}
