import { deleteOlderThan, type Pool, type Transaction } from '@holdfast/service/postgres'
import { couldChange } from '../domain/next-step.ts'
import type { PaymentState } from '../domain/payment.ts'

/** An event that Stripe sent to the webhook: its id and type, and the intent it is about. */
export interface WebhookEvent {
  readonly eventId: string
  readonly type: string
  readonly intentId: string
  /** From the intent's metadata, as payment wrote it. */
  readonly paymentId: string | null
}

/**
 * Stores a new webhook event, and makes its payment due when the event could change it. An event that arrives before
 * Stripe's answer to the request that created the intent brings the intent's id.
 */
export async function receiveWebhookEvent(tx: Transaction, event: WebhookEvent, now: Date, soon: Date) {
  const { rowCount } = await tx.query(
    'insert into payment.webhook_inbox (event_id, type, intent_id) values ($1, $2, $3) on conflict do nothing',
    [event.eventId, event.type, event.intentId],
  )
  if (rowCount === 0) return 'duplicate'
  const { rows } = await tx.query<{ id: string; state: PaymentState }>(
    `select id, state from payment.payment
     where intent_id = $1 or (id = $2 and intent_id is null)
     for update`,
    [event.intentId, event.paymentId],
  )
  const payment = rows[0]
  if (!payment) return 'not_ours'
  if (!couldChange(event.type, payment.state)) return 'no_change'
  await tx.query(
    'update payment.payment set intent_id = $2, next_try_at = least(next_try_at, $3) where id = $1',
    // The customer's own request usually has Stripe's answer first; asking Stripe twice would be for nothing.
    [payment.id, event.intentId, payment.state === 'AUTHORIZING' ? soon : now],
  )
  return 'due'
}

/** Stripe repeats an event for three days; by hand it can be sent again for thirty days. */
export const deleteOldWebhookEvents = (pool: Pool, signal: AbortSignal) =>
  deleteOlderThan(pool, { table: 'payment.webhook_inbox', column: 'received_at', keepFor: '35 days' }, signal)
