import { parseArgs } from 'node:util'
import { CannotStart, messages } from '../messages.ts'

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

/** Reads arguments and environment to the end, so that CannotStart names every fault at once. Pure. */
export function readSettings(env: Readonly<Record<string, string | undefined>>, args: readonly string[]): Settings {
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

  /** What must be set too if `first` is. */
  const requiredWith = (first: string, name: string) => {
    const value = text(name)
    if (value === undefined && text(first) !== undefined) faults.push(messages.variableMissing(name, first))
    return value ?? ''
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

  const broker = {
    url: url('MQTT_URL', ['mqtt:', 'mqtts:']),
    username: requiredWith('MQTT_URL', 'MQTT_USERNAME'),
    password: requiredWith('MQTT_URL', 'MQTT_PASSWORD'),
  }
  const stripe = {
    secretKey: text('STRIPE_SECRET_KEY'),
    webhookSecret: requiredWith('STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'),
  }
  const issuer = { jwksUrl: url('JWKS_URL', ['http:', 'https:']), issuer: requiredWith('JWKS_URL', 'JWT_ISSUER') }

  const settings: Settings = {
    host: text('HOST') ?? '127.0.0.1',
    port: number('PORT', text('PORT'), 4000, 1, 65_535),
    issuerPort: number('ISSUER_PORT', text('ISSUER_PORT'), 4001, 1, 65_535),
    chosen: new Set((['PORT', 'ISSUER_PORT'] as const).filter((name) => text(name) !== undefined)),
    logLevel,
    fleet: number('--fleet', fleetGiven, 200, 1, 20_000),
    databaseUrl: url('DATABASE_URL', ['postgresql:', 'postgres:']),
    redisUrl: url('REDIS_URL', ['redis:', 'rediss:']),
    broker: broker.url === undefined ? undefined : { ...broker, url: broker.url },
    stripe: stripe.secretKey === undefined ? undefined : { ...stripe, secretKey: stripe.secretKey },
    issuer: issuer.jwksUrl === undefined ? undefined : { ...issuer, jwksUrl: issuer.jwksUrl },
  }
  if (settings.port === settings.issuerPort && settings.issuer === undefined) {
    faults.push(messages.samePort(settings.port))
  }
  if (faults.length > 0) throw new CannotStart(messages.invalidSettings(faults))
  return settings
}
