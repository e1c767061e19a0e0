import type { EmulatorOptions } from './emulator.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Stripe's own stateless mock listens here, so tools may know the number. */
const usualPort = 12_111

/** The options in the environment, or every error in it at once. */
export function readConfig(
  environment: Environment = process.env,
): { options: EmulatorOptions } | { errors: string[] } {
  const errors: string[] = []
  const setting = (name: string): string | undefined => environment[name] || undefined

  const number = (name: string, least: number, most: number): number | undefined => {
    const value = setting(name)
    if (value === undefined) return undefined
    const parsed = Number(value)
    if (!Number.isInteger(parsed) || parsed < least || parsed > most) {
      errors.push(`${name} must be a whole number from ${least} to ${most}`)
    }
    return parsed
  }
  const httpUrl = (name: string): string | undefined => {
    const value = setting(name)
    if (value !== undefined && !(URL.canParse(value) && /^https?:/.test(value))) {
      errors.push(`${name} must be a URL that starts with http:// or https://`)
    }
    return value
  }

  const url = httpUrl('WEBHOOK_URL')
  const secret = setting('WEBHOOK_SECRET')
  if ((url === undefined) !== (secret === undefined)) {
    errors.push('WEBHOOK_URL and WEBHOOK_SECRET must be set together')
  }
  const options: EmulatorOptions = {
    port: number('PORT', 0, 65_535) ?? usualPort,
    host: setting('HOST'),
    dataFile: setting('DATA_FILE'),
    webhook: url && secret ? { url, secret } : undefined,
    seed: setting('SEED'),
    publicUrl: httpUrl('PUBLIC_URL')?.replace(/\/$/, ''),
    rateLimitPerSecond: number('RATE_LIMIT_PER_SECOND', 1, 1_000_000),
  }
  return errors.length > 0 ? { errors } : { options }
}
