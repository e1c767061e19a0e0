import type Stripe from 'stripe'
import { intentStatus } from '../domain/next-step.ts'
import type { ListedIntent } from '../domain/reconciliation.ts'

const pageMs = 8_000

/** Every intent of the account created since then, newest first. Throws when Stripe does not answer. */
export async function intentsSince(stripe: Stripe, since: Date): Promise<ListedIntent[]> {
  const listed: ListedIntent[] = []
  const created = { gte: Math.floor(since.getTime() / 1_000) }
  for await (const intent of stripe.paymentIntents.list({ created, limit: 100 }, { timeout: pageMs })) {
    listed.push({
      id: intent.id,
      status: intentStatus(intent.status),
      amountMinor: intent.amount,
      receivedMinor: intent.amount_received,
      createdAt: new Date(intent.created * 1_000),
      paymentId: intent.metadata['payment_id'] ?? null,
    })
  }
  return listed
}
