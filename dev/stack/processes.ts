import { join } from 'node:path'
import type { Role } from '../servers/database.ts'
import type { Secrets } from './secrets.ts'
import type { Settings } from './settings.ts'

/** The processes of Holdfast itself. */
export type ProcessName =
  | 'issuer'
  | 'stripe-emulator'
  | 'booking'
  | 'fleet'
  | 'payment'
  | 'gateway'
  | 'vehicle-simulator'

/** The servers they need; each has its own file in dev/servers. */
export const serverNames = ['postgres', 'redis', 'mosquitto'] as const
export type ServerName = (typeof serverNames)[number]

/** What the environments of all processes are made from; known once the servers run. */
export type ProcessInputs = {
  settings: Settings
  dataDir: string
  ports: Record<ProcessName, number>
  secrets: Secrets
  databaseUrls: Record<Role | 'owner', string>
  redisUrl: string
  /** Where the fleet service connects, and where vehicles do. */
  broker: { fleetUrl: string; vehicleUrl: string; username: string; password: string }
  commandKeys: { privateKeyFile: string; publicKeyFile: string }
  devicesFile: string
  /** For tests, by process; these win over everything else. */
  overrides: Partial<Record<ProcessName, Record<string, string>>>
}

type Process = {
  /** Run by Node in the project's folder. */
  entry: string
  /** What must answer before this process is started, if it runs here. */
  after: readonly (ProcessName | ServerName)[]
  env: (inputs: ProcessInputs) => Record<string, string>
}

/** What runs, after what, and with which environment. All of them also get PORT, HOST and LOG_LEVEL, and answer /health/ready. */
export const processes: Record<ProcessName, Process> = {
  issuer: {
    entry: 'dev/servers/issuer.ts',
    after: [],
    env: ({ settings, ports, dataDir }) => ({
      ISSUER: identityProvider(settings, ports).issuer,
      KEY_FILE: join(dataDir, 'keys', 'issuer.pem'),
    }),
  },
  'stripe-emulator': {
    entry: 'packages/stripe-emulator/src/main.ts',
    after: [],
    env: ({ ports, secrets, dataDir }) => ({
      DATA_FILE: join(dataDir, 'stripe.sqlite'),
      WEBHOOK_URL: `${localUrl(ports.payment)}/stripe/webhook`,
      WEBHOOK_SECRET: secrets.stripeWebhook,
    }),
  },
  booking: {
    entry: 'subgraphs/booking/src/main.ts',
    after: ['postgres', 'redis'],
    env: (inputs) => subgraph('booking', inputs),
  },
  fleet: {
    entry: 'subgraphs/fleet/src/main.ts',
    after: ['postgres', 'redis', 'mosquitto'],
    env: (inputs) => ({
      ...subgraph('fleet', inputs),
      MQTT_URL: inputs.broker.fleetUrl,
      MQTT_USERNAME: inputs.broker.username,
      MQTT_PASSWORD: inputs.broker.password,
      COMMAND_KEY_FILE: inputs.commandKeys.privateKeyFile,
    }),
  },
  payment: {
    entry: 'subgraphs/payment/src/main.ts',
    after: ['postgres', 'redis', 'stripe-emulator'],
    env: (inputs) => ({ ...subgraph('payment', inputs), ...stripe(inputs) }),
  },
  gateway: {
    entry: 'gateway/src/main.ts',
    after: ['booking', 'fleet', 'payment', 'issuer'],
    env: ({ settings, ports, secrets, redisUrl }) => ({
      HOST: settings.host,
      SUPERGRAPH: 'gateway/supergraph.graphql',
      OPERATIONS: 'gateway/operations',
      SUBGRAPH_URLS: (['booking', 'fleet', 'payment'] as const)
        .map((name) => `${name}=${localUrl(ports[name])}/graphql`)
        .join(','),
      JWKS_URL: identityProvider(settings, ports).jwksUrl,
      JWT_ISSUER: identityProvider(settings, ports).issuer,
      JWT_AUDIENCE: 'holdfast',
      GATEWAY_SECRET: secrets.gateway,
      REDIS_URL: redisUrl,
    }),
  },
  'vehicle-simulator': {
    entry: 'packages/vehicle-simulator/src/main.ts',
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

export const processNames = Object.keys(processes) as ProcessName[]

export const localUrl = (port: number) => `http://127.0.0.1:${port}`

/** The name under which a server that listens on `host` is found from this machine. */
export const publicHost = (host: string) => (['127.0.0.1', '0.0.0.0', '::'].includes(host) ? 'localhost' : host)

/** Where clients find the gateway. */
export const publicUrl = (settings: Settings, ports: ProcessInputs['ports']) =>
  `http://${publicHost(settings.host)}:${ports.gateway}`

export const identityProvider = (settings: Settings, ports: ProcessInputs['ports']) =>
  settings.issuer ?? { issuer: localUrl(ports.issuer), jwksUrl: `${localUrl(ports.issuer)}/jwks.json` }

function subgraph(role: Role, { databaseUrls, redisUrl, secrets }: ProcessInputs) {
  return { DATABASE_URL: databaseUrls[role], REDIS_URL: redisUrl, GATEWAY_SECRET: secrets.gateway }
}

function stripe({ settings, secrets, ports }: ProcessInputs): Record<string, string> {
  if (settings.stripe !== undefined) {
    return { STRIPE_SECRET_KEY: settings.stripe.secretKey, STRIPE_WEBHOOK_SECRET: settings.stripe.webhookSecret }
  }
  return {
    STRIPE_SECRET_KEY: secrets.stripeKey,
    STRIPE_WEBHOOK_SECRET: secrets.stripeWebhook,
    STRIPE_API_URL: localUrl(ports['stripe-emulator']),
  }
}
