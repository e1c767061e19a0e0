/** What a person may decide about `npm start`, from its arguments and the environment. */
export type Settings = {
  /** Public endpoint. */
  host: string
  port: number
  issuerPort: number
  logLevel: string
  /** How many vehicles ride; a thousand more are listed. */
  fleet: number
  /** Servers somebody else runs. Absent ones are started here. */
  databaseUrl: string | undefined
  redisUrl: string | undefined
  broker: { url: string; username: string; password: string } | undefined
  /** The real Stripe; absent, the emulator takes its place. */
  stripe: { secretKey: string; webhookSecret: string } | undefined
  /** Somebody else's OIDC issuer; absent, the development issuer is started. */
  issuer: { jwksUrl: string; issuer: string } | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads both whole, so that every fault is told at once. Pure. */
export function readSettings(
  env: Environment,
  args: readonly string[],
): { ok: true; settings: Settings } | { ok: false; faults: string[] } {
  const faults: string[] = []
  const text = (name: string) => env[name] || undefined

  const number = (name: string, given: string | undefined, otherwise: number, lowest: number, highest: number) => {
    if (given === undefined) return otherwise
    if (/^\d+$/.test(given) && Number(given) >= lowest && Number(given) <= highest) return Number(given)
    faults.push(`${name} must be a whole number from ${lowest} to ${highest}, not "${given}"`)
    return otherwise
  }

  const url = (name: string, schemes: readonly string[]) => {
    const given = text(name)
    if (given === undefined) return undefined
    // A URL may hold a password, so a fault never quotes it.
    if (URL.canParse(given) && schemes.includes(new URL(given).protocol)) return given
    faults.push(`${name} must be a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`)
    return undefined
  }

  /** All of these variables, or none of them. */
  const together = (first: string, others: readonly string[]) => {
    if (text(first) === undefined) return false
    const missing = others.filter((name) => text(name) === undefined)
    for (const name of missing) faults.push(`${name} is missing: ${first} needs it`)
    return missing.length === 0
  }

  const logLevel = text('LOG_LEVEL') ?? 'info'
  const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent']
  if (!logLevels.includes(logLevel)) faults.push(`LOG_LEVEL must be one of ${logLevels.join(', ')}`)

  const fleetAt = args.findIndex((arg) => arg === '--fleet' || arg.startsWith('--fleet='))
  const fleetGiven = fleetAt === -1 ? undefined : (args[fleetAt]?.split('=')[1] ?? args[fleetAt + 1] ?? '')
  const understood = fleetAt === -1 ? [] : args[fleetAt] === '--fleet' ? [fleetAt, fleetAt + 1] : [fleetAt]
  for (const [index, arg] of args.entries()) {
    if (!understood.includes(index)) faults.push(`"${arg}" is not understood; there is --fleet N`)
  }

  const brokerUrl = url('MQTT_URL', ['mqtt:', 'mqtts:'])
  const jwksUrl = url('JWKS_URL', ['http:', 'https:'])
  const withBroker = together('MQTT_URL', ['MQTT_USERNAME', 'MQTT_PASSWORD'])
  const withStripe = together('STRIPE_SECRET_KEY', ['STRIPE_WEBHOOK_SECRET'])
  const withIssuer = together('JWKS_URL', ['JWT_ISSUER'])

  const settings: Settings = {
    host: text('HOST') ?? '127.0.0.1',
    port: number('PORT', text('PORT'), 4000, 1, 65_535),
    issuerPort: number('ISSUER_PORT', text('ISSUER_PORT'), 4001, 1, 65_535),
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
    faults.push(`PORT and ISSUER_PORT are both ${settings.port}`)
  }
  return faults.length === 0 ? { ok: true, settings } : { ok: false, faults }
}
