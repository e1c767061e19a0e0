import { messages } from '../messages.ts'
import { connectToBroker } from '../servers/mosquitto.ts'
import { queryOnce } from '../servers/postgres.ts'
import { withRedis } from '../servers/redis.ts'
import { type ProcessName, processNames, type ServerName, serverNames } from './processes.ts'
import type { Settings } from './settings.ts'

/** What the settings say runs elsewhere. */
export function externalServers(settings: Settings): ReadonlySet<ProcessName | ServerName> {
  const external: Record<string, unknown> = {
    postgres: settings.databaseUrl,
    redis: settings.redisUrl,
    mosquitto: settings.broker,
    issuer: settings.issuer,
    'stripe-emulator': settings.stripe,
  }
  return new Set([...serverNames, ...processNames].filter((name) => external[name] !== undefined))
}

/** Tries every server that runs elsewhere and returns a sentence for each that cannot be used. Quotes no URL, since it may
 * contain a password. Takes 5 s at most. */
export async function unusableServers({ databaseUrl, redisUrl, broker, issuer }: Settings): Promise<string[]> {
  const faults = await Promise.all([
    databaseUrl && faultOf('DATABASE_URL', () => checkDatabase(databaseUrl)),
    redisUrl && faultOf('REDIS_URL', () => withRedis(redisUrl, 4_000, (client) => client.ping())),
    broker && faultOf('MQTT_URL', () => connectToBroker(broker, 4_000)),
    issuer && faultOf('JWKS_URL', () => checkIssuer(issuer.jwksUrl)),
  ])
  return faults.flatMap((fault) => fault || [])
}

async function faultOf(variable: string, check: () => Promise<void>): Promise<string | undefined> {
  try {
    await check()
    return undefined
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    return messages.serverUnusable(variable, message || code || messages.noAnswer)
  }
}

async function checkDatabase(databaseUrl: string): Promise<void> {
  const [owner] = await queryOnce(
    databaseUrl,
    'select rolcreaterole or rolsuper as may from pg_roles where rolname = current_user',
  )
  if (owner?.['may'] !== true) throw new Error(messages.mayNotCreateRoles)
}

async function checkIssuer(jwksUrl: string): Promise<void> {
  const response = await fetch(jwksUrl, { signal: AbortSignal.timeout(4_000) })
  const { keys } = (await response.json()) as { keys?: unknown }
  if (!Array.isArray(keys) || keys.length === 0) throw new Error(messages.noKeys)
}
