import type { Role } from '../servers/database.ts'
import {
  identityProvider,
  localUrl,
  type ProcessInputs,
  type ProcessName,
  processNames,
  publicUrl,
  type ServerName,
  serverNames,
} from './processes.ts'
import type { Settings } from './settings.ts'

/** Where a running stack is found. Also written to `run/stack.json`, for other programs on this machine. */
export type Addresses = {
  endpoint: string
  wsEndpoint: string
  graphiqlUrl: string
  health: { live: string; ready: string }
  issuerUrl: string
  /** Absent with the real Stripe. */
  stripeUrl: string | undefined
  webhookUrl: string
  databaseUrls: Record<Role | 'owner', string>
  redisUrl: string
  broker: ProcessInputs['broker']
}

/** A reason not to start that the person can do something about: said without a stack trace. */
export class CannotStart extends Error {}

/** What somebody else runs. */
export function externalServers(settings: Settings): ReadonlySet<ProcessName | ServerName> {
  const elsewhere: Record<string, unknown> = {
    postgres: settings.databaseUrl,
    redis: settings.redisUrl,
    mosquitto: settings.broker,
    issuer: settings.issuer,
    'stripe-emulator': settings.stripe,
  }
  return new Set([...serverNames, ...processNames].filter((name) => elsewhere[name] !== undefined))
}

export function addressesOf(around: ProcessInputs, ownerUrl: string): Addresses {
  const { settings, ports, databaseUrl } = around
  const base = publicUrl(settings, ports)
  return {
    endpoint: `${base}/graphql`,
    wsEndpoint: `${base.replace(/^http/, 'ws')}/graphql`,
    graphiqlUrl: `${base}/graphql`,
    health: { live: `${base}/health/live`, ready: `${base}/health/ready` },
    issuerUrl: identityProvider(settings, ports).issuer,
    stripeUrl: settings.stripe === undefined ? localUrl(ports['stripe-emulator']) : undefined,
    webhookUrl: `${localUrl(ports.payment)}/stripe/webhook`,
    databaseUrls: {
      booking: databaseUrl('booking'),
      fleet: databaseUrl('fleet'),
      payment: databaseUrl('payment'),
      owner: ownerUrl,
    },
    redisUrl: around.redisUrl,
    broker: around.broker,
  }
}
