import type { EmulatorOptions } from './emulator.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Stripe's own stateless mock listens here, so tools may know the number. */
const usualPort = 12_111

/** The options in the environment, or every fault in it at once. */
export function readConfig(
  environment: Environment = process.env,
): { options: EmulatorOptions } | { faults: string[] } {
  const faults: string[] = []
  const given = (name: string): string | undefined => environment[name] || undefined

  const number = (name: string, least: number, most: number): number | undefined => {
    const value = given(name)
    if (value === undefined) return undefined
    const read = Number(value)
    if (!Number.isInteger(read) || read < least || read > most) {
      faults.push(`${name} must be a whole number from ${least} to ${most}`)
    }
    return read
  }
  const httpUrl = (name: string): string | undefined => {
    const value = given(name)
    if (value !== undefined && !(URL.canParse(value) && /^https?:/.test(value))) {
      faults.push(`${name} must be a URL that starts with http:// or https://`)
    }
    return value
  }

  const url = httpUrl('WEBHOOK_URL')
  const secret = given('WEBHOOK_SECRET')
  if ((url === undefined) !== (secret === undefined)) {
    faults.push('WEBHOOK_URL and WEBHOOK_SECRET must be given together')
  }
  const options: EmulatorOptions = {
    port: number('PORT', 0, 65_535) ?? usualPort,
    host: given('HOST'),
    dataFile: given('DATA_FILE'),
    webhook: url && secret ? { url, secret } : undefined,
    seed: given('SEED'),
    publicUrl: httpUrl('PUBLIC_URL')?.replace(/\/$/, ''),
    rateLimitPerSecond: number('RATE_LIMIT_PER_SECOND', 1, 1_000_000),
  }
  return faults.length > 0 ? { faults } : { options }
}
