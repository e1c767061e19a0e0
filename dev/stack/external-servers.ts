import { Redis } from 'ioredis'
import { connectAsync } from 'mqtt'
import { messages } from '../messages.ts'
import { queryOnce } from '../servers/postgres.ts'
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
    redisUrl && faultOf('REDIS_URL', () => checkRedis(redisUrl)),
    broker && faultOf('MQTT_URL', () => checkBroker(broker)),
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

async function checkRedis(redisUrl: string): Promise<void> {
  const client = new Redis(redisUrl, {
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: 4_000,
    commandTimeout: 4_000,
    disconnectTimeout: 100,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.ping()
  } finally {
    client.disconnect()
  }
}

async function checkBroker({ url, username, password }: NonNullable<Settings['broker']>): Promise<void> {
  const options = { username, password, protocolVersion: 5, reconnectPeriod: 0, connectTimeout: 4_000 } as const
  const client = await connectAsync(url, options)
  await client.endAsync(true)
}

async function checkIssuer(jwksUrl: string): Promise<void> {
  const response = await fetch(jwksUrl, { signal: AbortSignal.timeout(4_000) })
  const { keys } = (await response.json()) as { keys?: unknown }
  if (!Array.isArray(keys) || keys.length === 0) throw new Error(messages.noKeys)
}
