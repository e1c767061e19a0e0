import { readFileSync } from 'node:fs'
import Stripe from 'stripe'
import { type EmulatorOptions, startStripeEmulator } from '../src/index.ts'

/** With the key of a Stripe sandbox, the conformance tests run against Stripe itself. */
export const sandboxKey = process.env['STRIPE_SECRET_KEY']

export const clientFor = (port: number): Stripe =>
  new Stripe('sk_test_emulator', {
    host: '127.0.0.1',
    port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
    timeout: 5_000,
  })

/** An emulator with a client for it; the caller closes it. */
export async function startAccount(options: EmulatorOptions = {}) {
  const emulator = await startStripeEmulator({ seed: 'test', ...options })
  const control = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${emulator.url}/_emulator/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    return (await response.json()) as Record<string, unknown>
  }
  return { emulator, stripe: clientFor(emulator.port), control, [Symbol.asyncDispose]: () => emulator.close() }
}

/** The error of a call that is refused; a call that succeeds fails the test. */
export async function refusal(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error
    throw error
  }
  throw new Error('the call was not refused')
}

/** The usual payment: authorised now, captured later. */
export const reservation = {
  amount: 2_000,
  currency: 'eur',
  capture_method: 'manual',
  allowed_payment_method_types: ['card'],
} satisfies Stripe.PaymentIntentCreateParams

export const paidBy = (payment_method: string) => ({ ...reservation, payment_method, confirm: true })

/** The names of what happened to an object and what belongs to it, in order. */
export const eventTypes = async (stripe: Stripe): Promise<string[]> =>
  (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type as string).reverse()

/** Reads a JSON file beside the tests. */
export const beside = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'))
