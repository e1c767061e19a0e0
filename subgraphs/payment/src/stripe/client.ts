import Stripe from 'stripe'

/** The official client, at `apiUrl` when one is given (an emulator), else at Stripe. */
export function createStripe(secretKey: string, apiUrl: string | undefined): Stripe {
  const url = apiUrl === undefined ? undefined : new URL(apiUrl)
  return new Stripe(secretKey, {
    ...(url && { host: url.hostname, port: url.port, protocol: url.protocol === 'http:' ? 'http' : 'https' }),
    maxNetworkRetries: 0, // Retries live in one place, the completer.
    telemetry: false,
  })
}
