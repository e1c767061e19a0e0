import { idOf } from '../domain/objects.ts'
import type { Reader } from '../store/store.ts'

const sums = ['reserved', 'captured', 'refunded'] as const

/** All money that the account has or owes, in minor units, for comparing it with somebody else's accounts. */
export function ledger(reader: Reader) {
  const refunded = new Map<string | null, number>()
  for (const { status, payment_intent, amount } of reader.list('refund')) {
    if (status === 'failed' || status === 'canceled') continue
    const intent = idOf(payment_intent)
    refunded.set(intent, (refunded.get(intent) ?? 0) + amount)
  }
  const intents = Array.from(reader.list('payment_intent'), ({ id, status, currency, metadata, ...intent }) => ({
    id,
    status,
    currency,
    /** The amount that the intent asks for. */
    asked: intent.amount,
    /** Reserved on the card now. */
    reserved: intent.amount_capturable,
    captured: intent.amount_received,
    /** Given back by refunds that have not failed. */
    refunded: refunded.get(id) ?? 0,
    customer: idOf(intent.customer),
    metadata,
  }))
  /** Per currency. */
  const totals: Record<string, Record<(typeof sums)[number], number>> = {}
  for (const { currency, ...line } of intents) {
    totals[currency] ??= { reserved: 0, captured: 0, refunded: 0 }
    for (const sum of sums) totals[currency][sum] += line[sum]
  }
  return { intents, totals }
}
