import { createHmac } from 'node:crypto'

/** The `Stripe-Signature` header of a body: https://docs.stripe.com/webhooks#verify-manually */
export function signature(body: string, secret: string, unixSeconds: number): string {
  const v1 = createHmac('sha256', secret).update(`${unixSeconds}.${body}`).digest('hex')
  return `t=${unixSeconds},v1=${v1}`
}
