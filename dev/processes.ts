import { join } from 'node:path'
import type { Role } from './database.ts'
import type { Secrets } from './secrets.ts'
import type { Settings } from './settings.ts'

/** The processes of Holdfast itself. */
export const processNames = [
  'issuer',
  'stripe-emulator',
  'booking',
  'fleet',
  'payment',
  'gateway',
  'firmware-agent',
] as const
export type ProcessName = (typeof processNames)[number]

/** Servers they need, which have their own files: postgres.ts, redis.ts, mosquitto.ts. */
export const serverNames = ['postgres', 'redis', 'mosquitto'] as const
export type ServerName = (typeof serverNames)[number]

/** What is known once the servers run: enough to tell every process what it needs. */
export type Surroundings = {
  settings: Settings
  dataDir: string
  ports: Record<ProcessName, number>
  secrets: Secrets
  databaseUrl: (role: Role) => string
  redisUrl: string
  /** Where the fleet service logs in, and where vehicles do. */
  broker: { fleetUrl: string; vehicleUrl: string; username: string; password: string }
  commandKeys: { privateKeyFile: string; publicKeyFile: string }
  devicesFile: string
  /** Overrides for tests, by process; win over everything else. */
  overrides: Partial<Record<ProcessName, Record<string, string>>>
}

type Process = {
  /** Run by Node in the project's folder. */
  entry: string
  /** What must answer before it is started, of those that run here. */
  after: readonly (ProcessName | ServerName)[]
  env: (around: Surroundings) => Record<string, string>
}

/** What runs, told what, and after what. All have PORT, HOST and LOG_LEVEL besides, and answer /health/ready. */
export const processes: Record<ProcessName, Process> = {
  issuer: {
    entry: 'dev/issuer.ts',
    after: [],
    env: ({ settings, ports, dataDir }) => ({
      ISSUER: identity(settings, ports).issuer,
      KEY_FILE: join(dataDir, 'keys', 'issuer.pem'),
    }),
  },
  'stripe-emulator': {
    entry: 'packages/stripe-emulator/src/main.ts',
    after: [],
    env: ({ ports, secrets, dataDir }) => ({
      DATA_FILE: join(dataDir, 'stripe.sqlite'),
      WEBHOOK_URL: `${local(ports.payment)}/stripe/webhook`,
      WEBHOOK_SECRET: secrets.stripeWebhook,
    }),
  },
  booking: {
    entry: 'subgraphs/booking/src/main.ts',
    after: ['postgres', 'redis'],
    env: (around) => subgraph('booking', around),
  },
  fleet: {
    entry: 'subgraphs/fleet/src/main.ts',
    after: ['postgres', 'redis', 'mosquitto'],
    env: (around) => ({
      ...subgraph('fleet', around),
      MQTT_URL: around.broker.fleetUrl,
      MQTT_USERNAME: around.broker.username,
      MQTT_PASSWORD: around.broker.password,
      COMMAND_KEY_FILE: around.commandKeys.privateKeyFile,
    }),
  },
  payment: {
    entry: 'subgraphs/payment/src/main.ts',
    after: ['postgres', 'redis', 'stripe-emulator'],
    env: (around) => ({ ...subgraph('payment', around), ...stripe(around) }),
  },
  gateway: {
    entry: 'gateway/src/main.ts',
    after: ['booking', 'fleet', 'payment', 'issuer'],
    env: ({ settings, ports, secrets, redisUrl }) => ({
      HOST: settings.host,
      SUPERGRAPH: 'gateway/supergraph.graphql',
      OPERATIONS: 'gateway/operations',
      SUBGRAPH_URLS: (['booking', 'fleet', 'payment'] as const)
        .map((name) => `${name}=${local(ports[name])}/graphql`)
        .join(','),
      JWKS_URL: identity(settings, ports).jwksUrl,
      JWT_ISSUER: identity(settings, ports).issuer,
      JWT_AUDIENCE: 'holdfast',
      GATEWAY_SECRET: secrets.gateway,
      REDIS_URL: redisUrl,
    }),
  },
  'firmware-agent': {
    entry: 'firmware-agent/src/main.ts',
    after: ['mosquitto', 'fleet'],
    env: ({ settings, broker, commandKeys, devicesFile, dataDir }) => ({
      MQTT_URL: broker.vehicleUrl,
      DEVICES_FILE: devicesFile,
      COMMAND_PUBLIC_KEY_FILE: commandKeys.publicKeyFile,
      STATE_DIR: join(dataDir, 'vehicles'),
      FLEET: String(settings.fleet),
    }),
  },
}

export const local = (port: number) => `http://127.0.0.1:${port}`

/** Where clients find the gateway. */
export const publicUrl = (settings: Settings, ports: Surroundings['ports']) =>
  `http://${['127.0.0.1', '0.0.0.0', '::'].includes(settings.host) ? 'localhost' : settings.host}:${ports.gateway}`

export function identity(settings: Settings, ports: Surroundings['ports']): { issuer: string; jwksUrl: string } {
  return settings.issuer ?? { issuer: local(ports.issuer), jwksUrl: `${local(ports.issuer)}/jwks.json` }
}

function subgraph(role: Role, { databaseUrl, redisUrl, secrets }: Surroundings) {
  return { DATABASE_URL: databaseUrl(role), REDIS_URL: redisUrl, GATEWAY_SECRET: secrets.gateway }
}

function stripe({ settings, secrets, ports }: Surroundings): Record<string, string> {
  if (settings.stripe !== undefined) {
    return { STRIPE_SECRET_KEY: settings.stripe.secretKey, STRIPE_WEBHOOK_SECRET: settings.stripe.webhookSecret }
  }
  return {
    STRIPE_SECRET_KEY: secrets.stripeKey,
    STRIPE_WEBHOOK_SECRET: secrets.stripeWebhook,
    STRIPE_API_URL: local(ports['stripe-emulator']),
  }
}
