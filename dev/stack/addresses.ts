import { join } from 'node:path'
import { mutexFileOf, readJson, runDir } from '../files.ts'
import { messages } from '../messages.ts'
import { holderOf } from '../processes/process-mutex.ts'
import { identityProvider, localUrl, type ProcessInputs, publicUrl } from './processes.ts'

/** Where a running stack is found. Also written to `run/stack.json`, for other programs on this machine. */
export type Addresses = ReturnType<typeof addressesOf>

export function addressesOf({ settings, ports, databaseUrls, redisUrl, broker }: ProcessInputs) {
  const base = publicUrl(settings, ports)
  return {
    endpoint: `${base}/graphql`,
    wsEndpoint: `${base.replace(/^http/, 'ws')}/graphql`,
    health: { live: `${base}/health/live`, ready: `${base}/health/ready` },
    issuerUrl: identityProvider(settings, ports).issuer,
    /** Absent with the real Stripe. */
    stripeUrl: settings.stripe === undefined ? localUrl(ports['stripe-emulator']) : undefined,
    webhookUrl: `${localUrl(ports.payment)}/stripe/webhook`,
    databaseUrls,
    redisUrl,
    broker,
  }
}

/** The file that a running stack writes its addresses to. */
export const addressesFileOf = (dataDir: string) => join(runDir(dataDir), 'stack.json')

/** The addresses of the stack that runs on this data folder; undefined if none does, or if it is not ready. */
export const runningStack = (dataDir: string): Addresses | undefined =>
  holderOf(mutexFileOf(dataDir)) && readJson<Addresses>(addressesFileOf(dataDir))

/** Who the token is for; without anything, a new customer. */
export type TokenRequest = { sub?: string; role?: 'customer' | 'operator' | 'vehicle'; ttlSeconds?: number }

/** Requests a token from a development issuer. */
export async function tokenFrom(issuerUrl: string, request: TokenRequest = {}): Promise<string> {
  const response = await fetch(`${issuerUrl}/token`, {
    method: 'POST',
    body: JSON.stringify({ role: 'customer', ...request }),
    signal: AbortSignal.timeout(5_000),
  })
  const answer = (await response.json()) as { access_token?: string; error?: string }
  if (answer.access_token === undefined) throw new Error(messages.noToken(answer.error ?? response.status))
  return answer.access_token
}
