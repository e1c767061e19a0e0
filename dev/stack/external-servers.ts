import { Redis } from 'ioredis'
import { connectAsync } from 'mqtt'
import { queryOnce } from '../servers/postgres.ts'
import type { Settings } from './settings.ts'

/** Asks every server that somebody else runs whether it can be used, and tells of all that cannot. Quotes no URL, since it
 * may hold a password. Takes 5 s at most. */
export async function unusableServers({ databaseUrl, redisUrl, broker, issuer }: Settings): Promise<string[]> {
  const faults = await Promise.all([
    databaseUrl && faultOf('DATABASE_URL', () => maySetUp(databaseUrl)),
    redisUrl && faultOf('REDIS_URL', () => answersPing(redisUrl)),
    broker && faultOf('MQTT_URL', () => letsIn(broker)),
    issuer && faultOf('JWKS_URL', () => hasKeys(issuer.jwksUrl)),
  ])
  return faults.flatMap((fault) => fault || [])
}

async function faultOf(variable: string, check: () => Promise<void>): Promise<string | undefined> {
  try {
    await check()
    return undefined
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    return `${variable} cannot be used: ${message || code || 'no answer'}`
  }
}

async function maySetUp(databaseUrl: string): Promise<void> {
  const [owner] = await queryOnce(
    databaseUrl,
    'select rolcreaterole or rolsuper as may from pg_roles where rolname = current_user',
  )
  if (owner?.['may'] !== true) throw new Error('its user may not create roles')
}

async function answersPing(redisUrl: string): Promise<void> {
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

async function letsIn({ url, username, password }: NonNullable<Settings['broker']>): Promise<void> {
  const options = { username, password, protocolVersion: 5, reconnectPeriod: 0, connectTimeout: 4_000 } as const
  const client = await connectAsync(url, options)
  await client.endAsync(true)
}

async function hasKeys(jwksUrl: string): Promise<void> {
  const response = await fetch(jwksUrl, { signal: AbortSignal.timeout(4_000) })
  const { keys } = (await response.json()) as { keys?: unknown }
  if (!Array.isArray(keys) || keys.length === 0) throw new Error('it has no keys')
}
