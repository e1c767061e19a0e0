import { batchedStdout, createLog, runProcess } from '@holdfast/service/process'
import { gatewayConfig } from './config.ts'
import { gateway } from './gateway.ts'

const config = gatewayConfig()
const log = createLog('gateway', config.LOG_LEVEL, batchedStdout())
const { steps } = gateway({
  supergraph: config.SUPERGRAPH,
  subgraphUrls: config.SUBGRAPH_URLS,
  operations: config.OPERATIONS,
  enforcement: config.ENFORCEMENT,
  tokens: config.tokens,
  secret: config.GATEWAY_SECRET,
  host: config.HOST,
  port: config.PORT,
  adminPort: config.ADMIN_PORT,
  subgraphTimeoutMs: config.SUBGRAPH_TIMEOUT_MS,
  production: config.production,
  errorExtensions: config.ERROR_EXTENSIONS,
  limits: config.limits,
  costMode: config.COST_MODE,
  openLimits: config.openLimits,
  trustedProxies: config.TRUSTED_PROXIES,
  pointsPerMinute: config.POINTS_PER_MINUTE,
  rateFactor: config.RATE_FACTOR,
  redisUrl: config.REDIS_URL,
  log,
})
await runProcess(log, steps)
