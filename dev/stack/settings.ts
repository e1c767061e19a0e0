import { parseArgs } from 'node:util'
import { messages } from '../messages.ts'

/** What can be chosen about `npm start`, by its arguments and the environment. */
export type Settings = {
  /** Of the public endpoint. */
  host: string
  port: number
  issuerPort: number
  /** The ports that were asked for: no others are used instead. */
  chosen: ReadonlySet<'PORT' | 'ISSUER_PORT'>
  logLevel: string
  /** How many vehicles ride; a thousand more are parked. */
  fleet: number
  /** Servers that run elsewhere. Absent ones are started here. */
  databaseUrl: string | undefined
  redisUrl: string | undefined
  broker: { url: string; username: string; password: string } | undefined
  /** The real Stripe. If absent, the emulator is started. */
  stripe: { secretKey: string; webhookSecret: string } | undefined
  /** Another OIDC issuer. If absent, the development issuer is started. */
  issuer: { jwksUrl: string; issuer: string } | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads arguments and environment to the end, so that every fault is reported at once. Pure. */
export function readSettings(
  env: Environment,
  args: readonly string[],
): { ok: true; settings: Settings } | { ok: false; faults: string[] } {
  const faults: string[] = []
  const text = (name: string) => env[name] || undefined

  const number = (name: string, given: string | undefined, otherwise: number, lowest: number, highest: number) => {
    if (given === undefined) return otherwise
    if (/^\d+$/.test(given) && Number(given) >= lowest && Number(given) <= highest) return Number(given)
    faults.push(messages.notANumber(name, lowest, highest, given))
    return otherwise
  }

  const url = (name: string, schemes: readonly string[]) => {
    const given = text(name)
    if (given === undefined) return undefined
    // A URL may contain a password, so a fault never quotes it.
    if (URL.canParse(given) && schemes.includes(new URL(given).protocol)) return given
    faults.push(messages.notAUrl(name, schemes))
    return undefined
  }

  /** All of these variables, or none of them. */
  const together = (first: string, others: readonly string[]) => {
    if (text(first) === undefined) return false
    const missing = others.filter((name) => text(name) === undefined)
    for (const name of missing) faults.push(messages.variableMissing(name, first))
    return missing.length === 0
  }

  const logLevel = text('LOG_LEVEL') ?? 'info'
  const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent']
  if (!logLevels.includes(logLevel)) faults.push(messages.unknownLogLevel(logLevels))

  const { values, tokens } = parseArgs({
    args: [...args],
    options: { fleet: { type: 'string' } },
    strict: false,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind === 'positional') faults.push(messages.unknownArgument(token.value))
    if (token.kind === 'option' && token.name !== 'fleet') faults.push(messages.unknownArgument(token.rawName))
  }
  const fleetGiven = values.fleet === true ? '' : values.fleet || undefined

  const brokerUrl = url('MQTT_URL', ['mqtt:', 'mqtts:'])
  const jwksUrl = url('JWKS_URL', ['http:', 'https:'])
  const withBroker = together('MQTT_URL', ['MQTT_USERNAME', 'MQTT_PASSWORD'])
  const withStripe = together('STRIPE_SECRET_KEY', ['STRIPE_WEBHOOK_SECRET'])
  const withIssuer = together('JWKS_URL', ['JWT_ISSUER'])

  const settings: Settings = {
    host: text('HOST') ?? '127.0.0.1',
    port: number('PORT', text('PORT'), 4000, 1, 65_535),
    issuerPort: number('ISSUER_PORT', text('ISSUER_PORT'), 4001, 1, 65_535),
    chosen: new Set((['PORT', 'ISSUER_PORT'] as const).filter((name) => text(name) !== undefined)),
    logLevel,
    fleet: number('--fleet', fleetGiven, 200, 1, 20_000),
    databaseUrl: url('DATABASE_URL', ['postgresql:', 'postgres:']),
    redisUrl: url('REDIS_URL', ['redis:', 'rediss:']),
    broker:
      withBroker && brokerUrl !== undefined
        ? { url: brokerUrl, username: text('MQTT_USERNAME') ?? '', password: text('MQTT_PASSWORD') ?? '' }
        : undefined,
    stripe: withStripe
      ? { secretKey: text('STRIPE_SECRET_KEY') ?? '', webhookSecret: text('STRIPE_WEBHOOK_SECRET') ?? '' }
      : undefined,
    issuer: withIssuer && jwksUrl !== undefined ? { jwksUrl, issuer: text('JWT_ISSUER') ?? '' } : undefined,
  }
  if (settings.port === settings.issuerPort && settings.issuer === undefined) {
    faults.push(messages.samePort(settings.port))
  }
  return faults.length === 0 ? { ok: true, settings } : { ok: false, faults }
}
