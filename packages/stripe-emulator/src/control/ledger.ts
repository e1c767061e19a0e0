import type Stripe from 'stripe'
import { idOf } from '../domain/objects.ts'
import type { Books } from '../store/books.ts'

/** One intent as an accountant sees it, in minor units. */
export interface LedgerLine {
  readonly id: string
  readonly status: string
  readonly currency: string
  readonly asked: number
  /** Reserved on the card now. */
  readonly reserved: number
  readonly captured: number
  /** Given back by refunds that have not failed. */
  readonly refunded: number
  readonly customer: string | null
  readonly metadata: Record<string, string>
}

export interface Ledger {
  readonly intents: readonly LedgerLine[]
  /** Per currency. */
  readonly totals: Readonly<Record<string, { reserved: number; captured: number; refunded: number }>>
}

/** All money the account has or owes, for comparing with somebody else's books. */
export function ledger(books: Books): Ledger {
  const refunded = new Map<string, number>()
  for (const refund of books.all('refund')) {
    if (refund.status === 'failed' || refund.status === 'canceled') continue
    const intent = idOf(refund.payment_intent) ?? ''
    refunded.set(intent, (refunded.get(intent) ?? 0) + refund.amount)
  }
  const intents = [...books.all('payment_intent')].map((intent) => lineOf(intent, refunded.get(intent.id) ?? 0))
  const totals: Record<string, { reserved: number; captured: number; refunded: number }> = {}
  for (const line of intents) {
    const total = totals[line.currency] ?? { reserved: 0, captured: 0, refunded: 0 }
    totals[line.currency] = total
    total.reserved += line.reserved
    total.captured += line.captured
    total.refunded += line.refunded
  }
  return { intents, totals }
}

const lineOf = (intent: Stripe.PaymentIntent, refunded: number): LedgerLine => ({
  id: intent.id,
  status: intent.status,
  currency: intent.currency,
  asked: intent.amount,
  reserved: intent.amount_capturable,
  captured: intent.amount_received,
  refunded,
  customer: idOf(intent.customer),
  metadata: intent.metadata,
})
