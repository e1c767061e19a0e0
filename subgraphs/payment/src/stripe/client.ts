import Stripe from 'stripe'

/** Stripe's client, for the emulator at `apiUrl` if given. */
export function createStripe(secretKey: string, apiUrl: string | undefined): Stripe {
  const url = apiUrl === undefined ? undefined : new URL(apiUrl)
  return new Stripe(secretKey, {
    ...(url && { host: url.hostname, port: url.port, protocol: url.protocol === 'http:' ? 'http' : 'https' }),
    maxNetworkRetries: 0, // The completer alone retries.
    telemetry: false,
  })
}
