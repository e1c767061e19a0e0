import { commonConfig, Port, readConfig, Secret, Url } from '@holdfast/service/process'
import { z } from 'zod'
import { defaultLimits } from './document/limits.ts'
import type { Issuer } from './identity.ts'
import { defaultOpenLimits, type OpenLimits } from './open.ts'
import { Enforcement } from './operations/files.ts'

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

/** What the gateway is told by its environment. */
export function gatewayConfig(env: NodeJS.ProcessEnv = process.env) {
  const config = readConfig(
    {
      ...commonConfig,
      PORT: Port.default(4_000),
      /** Where operators find /metrics and what /health/ready knows; without it at PORT, in production nowhere. */
      ADMIN_PORT: Port.optional(),
      /** File path or http(s) URL of a Federation 2 supergraph. */
      SUPERGRAPH: z.string(),
      /** Where subgraphs are when not where the supergraph says. */
      SUBGRAPH_URLS: SubgraphUrls.default(new Map()),
      /** Folder of the registry of clients and their operations; or a manifest (Apollo's, Relay's, Code Generator's) to plan ahead. */
      OPERATIONS: z.string().optional(),
      /** What clients may run that are not registered. */
      ENFORCEMENT: Enforcement.default('off'),
      /** All three, or none: then everybody is anonymous. */
      JWKS_URL: Url.optional(),
      JWT_ISSUER: z.string().optional(),
      JWT_AUDIENCE: z.string().optional(),
      /** Shared with the subgraphs, which then know that a request came through here and who asks. */
      GATEWAY_SECRET: Secret.optional(),
      /** Milliseconds one request to a subgraph may take. */
      SUBGRAPH_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(2_500),
      /** Points one operation may cost, and whether one that may cost more is refused or only measured. */
      COST_LIMIT: z.coerce.number().int().min(1).default(defaultLimits.cost),
      COST_MODE: z.enum(['measure', 'enforce']).optional(),
      /** Points one identity may spend in a minute; without it any. */
      POINTS_PER_MINUTE: z.coerce.number().int().min(1).max(60_000_000).optional(),
      /** How many times as much as `@rate` says fields may be asked for; for load tests, whose riders are few and quick. */
      RATE_FACTOR: z.coerce.number().int().min(1).max(1_000_000).default(1),
      /** What callers may keep open: WebSockets and event streams, and subscriptions on them. */
      CONNECTIONS_PER_IDENTITY: z.coerce.number().int().min(1).default(defaultOpenLimits.connectionsPerIdentity),
      CONNECTIONS_PER_ADDRESS: z.coerce.number().int().min(1).default(defaultOpenLimits.connectionsPerAddress),
      SUBSCRIPTIONS_PER_IDENTITY: z.coerce.number().int().min(1).default(defaultOpenLimits.subscriptionsPerIdentity),
      /** Proxies of ours in front, each of which adds to X-Forwarded-For. With a wrong number all clients are one, or anyone anybody. */
      TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
      /** Where rates, usage and remembered operations of all gateways are; without it each has its own. */
      REDIS_URL: Url.optional(),
      /** Names, with commas between them, of extensions of subgraphs' errors that are for clients, in production too. */
      ERROR_EXTENSIONS: Names.default([]),
      NODE_ENV: z.string().default('development'),
    },
    env,
    (given) => {
      const issuer = [given['JWKS_URL'], given['JWT_ISSUER'], given['JWT_AUDIENCE']].filter(Boolean)
      return issuer.length % 3 === 0 ? [] : ['JWKS_URL, JWT_ISSUER, JWT_AUDIENCE: give all three or none']
    },
  )
  const { JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = config
  const tokens: Issuer | undefined = jwksUrl && issuer && audience ? { jwksUrl, issuer, audience } : undefined
  const limits = { ...defaultLimits, cost: config.COST_LIMIT }
  const openLimits: OpenLimits = {
    connectionsPerIdentity: config.CONNECTIONS_PER_IDENTITY,
    connectionsPerAddress: config.CONNECTIONS_PER_ADDRESS,
    subscriptionsPerIdentity: config.SUBSCRIPTIONS_PER_IDENTITY,
  }
  return { ...config, tokens, limits, openLimits, production: config.NODE_ENV === 'production' }
}
