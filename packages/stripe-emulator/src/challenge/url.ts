import type Stripe from 'stripe'

export const challengePath = '/_emulator/challenges/'

/** The page of 3D Secure for this intent. The client secret in it is what lets its holder answer. */
export const challengeUrl = (baseUrl: string, intent: Stripe.PaymentIntent): string =>
  `${baseUrl}${challengePath}${intent.id}?client_secret=${intent.client_secret}`
