import { join } from 'node:path'
import { Enforcement } from '@holdfast/operations'
import { commonConfig, Port, readConfig, Secret, Url } from '@holdfast/service/process'
import { z } from 'zod'
import type { ConcurrencyLimits } from './admission/connection-limits.ts'
import { defaultLimits } from './core/limits.ts'
import type { TokenIssuer } from './identity/token.ts'

/** `name=url,name=url`. */
const SubgraphUrls = z.string().transform((text, context) => {
  const urls = new Map<string, string>()
  for (const entry of text.split(',').map((part) => part.trim())) {
    const [name, url] = [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]
    if (entry.indexOf('=') < 1 || !URL.canParse(url)) context.addIssue(`"${entry}" is not name=url`)
    else urls.set(name, url)
  }
  return urls
})

const Names = z.string().transform((text) =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean),
)

const Count = z.coerce.number().int().min(1)

/** The configuration of a gateway. It is passed on as it is, so each option has one name from here to its use. */
export type GatewayConfig = ReturnType<typeof gatewayConfig>

/** Reads the configuration from the environment. */
export function gatewayConfig(env: NodeJS.ProcessEnv = process.env) {
  const given = readConfig(
    {
      ...commonConfig,
      PORT: Port.default(4_000),
      /** Port for /metrics and the details of /health/ready. Without it they are at PORT, and in production nowhere. */
      ADMIN_PORT: Port.optional(),
      /** File path or http(s) URL of a Federation 2 supergraph. */
      SUPERGRAPH: z.string(),
      /** URLs of subgraphs that differ from those in the supergraph. */
      SUBGRAPH_URLS: SubgraphUrls.default(new Map()),
      /** Folder of the registry of clients and their operations, or one manifest (of Apollo, Relay or Code Generator) to plan ahead. */
      OPERATIONS: z.string().optional(),
      /** What clients that are not registered may run. */
      ENFORCEMENT: Enforcement.default('off'),
      /** All three, or none: then every viewer is anonymous. */
      JWKS_URL: Url.optional(),
      JWT_ISSUER: z.string().optional(),
      JWT_AUDIENCE: z.string().optional(),
      /** Shared with the subgraphs. It signs the viewer and proves that a request comes from the gateway. */
      GATEWAY_SECRET: Secret.optional(),
      /** Milliseconds that one request to a subgraph may take. */
      SUBGRAPH_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(2_500),
      /** Points that one operation may cost, and whether operations that may cost more are refused or only measured. */
      COST_LIMIT: Count.default(defaultLimits.cost),
      COST_MODE: z.enum(['measure', 'enforce']).optional(),
      /** Points that one identity may spend in a minute; without it there is no limit. */
      POINTS_PER_MINUTE: Count.max(60_000_000).optional(),
      /** Multiplies the counts of `@rate`, for load tests with few and fast users. */
      RATE_FACTOR: Count.max(1_000_000).default(1),
      /** Connections (WebSockets and event streams), and subscriptions on them, that may be open at the same time. */
      CONNECTIONS_PER_IDENTITY: Count.default(50),
      CONNECTIONS_PER_ADDRESS: Count.default(1_000),
      SUBSCRIPTIONS_PER_IDENTITY: Count.default(1_000),
      /** Own proxies in front of the gateway that add to X-Forwarded-For. A wrong number makes all clients one, or lets clients choose their address. */
      TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
      /** Where all gateways keep rates, usage and remembered texts; without it each gateway has its own. */
      REDIS_URL: Url.optional(),
      /** Names, separated by commas, of extensions of subgraphs' errors that clients also see in production. */
      ERROR_EXTENSIONS: Names.default([]),
      NODE_ENV: z.string().default('development'),
    },
    env,
    (values) => {
      const issuer = [values['JWKS_URL'], values['JWT_ISSUER'], values['JWT_AUDIENCE']].filter(Boolean)
      return issuer.length % 3 === 0 ? [] : ['JWKS_URL, JWT_ISSUER, JWT_AUDIENCE: give all three or none']
    },
  )
  const { JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = given
  const tokenIssuer: TokenIssuer | undefined = jwksUrl && issuer && audience ? { jwksUrl, issuer, audience } : undefined
  const concurrencyLimits: ConcurrencyLimits = {
    connectionsPerIdentity: given.CONNECTIONS_PER_IDENTITY,
    connectionsPerAddress: given.CONNECTIONS_PER_ADDRESS,
    subscriptionsPerIdentity: given.SUBSCRIPTIONS_PER_IDENTITY,
  }
  return {
    host: given.HOST,
    port: given.PORT,
    adminPort: given.ADMIN_PORT,
    logLevel: given.LOG_LEVEL,
    production: given.NODE_ENV === 'production',
    supergraph: given.SUPERGRAPH,
    subgraphUrls: given.SUBGRAPH_URLS,
    subgraphTimeoutMs: given.SUBGRAPH_TIMEOUT_MS,
    gatewaySecret: given.GATEWAY_SECRET,
    operations: given.OPERATIONS,
    enforcement: given.ENFORCEMENT,
    tokenIssuer,
    limits: { ...defaultLimits, cost: given.COST_LIMIT },
    costMode: given.COST_MODE,
    pointsPerMinute: given.POINTS_PER_MINUTE,
    rateFactor: given.RATE_FACTOR,
    concurrencyLimits,
    trustedProxies: given.TRUSTED_PROXIES,
    redisUrl: given.REDIS_URL,
    errorExtensions: given.ERROR_EXTENSIONS,
  }
}

const gateway = join(import.meta.dirname, '..')

/** The configuration of the command of the registry: the gateway's, and by default what is committed here. */
export const commandConfig = (env: NodeJS.ProcessEnv = process.env) =>
  readConfig(
    {
      OPERATIONS: z.string().default(join(gateway, 'operations')),
      SUPERGRAPH: z.string().default(join(gateway, 'supergraph.graphql')),
      COST_LIMIT: Count.default(defaultLimits.cost),
      REDIS_URL: Url.optional(),
    },
    env,
  )
