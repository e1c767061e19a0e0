import type { Role } from '../servers/database.ts'
import { identityProvider, localUrl, type ProcessInputs, publicUrl } from './processes.ts'

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

export function addressesOf(inputs: ProcessInputs, ownerUrl: string): Addresses {
  const { settings, ports, databaseUrl } = inputs
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
    redisUrl: inputs.redisUrl,
    broker: inputs.broker,
  }
}
