import { idOf } from '../domain/objects.ts'
import type { Reader } from '../store/store.ts'

/** The money of one intent, in minor units. */
export interface LedgerLine {
  readonly id: string
  readonly status: string
  readonly currency: string
  /** The amount that the intent asks for. */
  readonly asked: number
  /** Reserved on the card now. */
  readonly reserved: number
  readonly captured: number
  /** Given back by refunds that have not failed. */
  readonly refunded: number
  readonly customer: string | null
  readonly metadata: Record<string, string>
}

type Totals = Record<'reserved' | 'captured' | 'refunded', number>

export interface Ledger {
  readonly intents: readonly LedgerLine[]
  /** Per currency. */
  readonly totals: Readonly<Record<string, Totals>>
}

/** All money that the account has or owes, for comparing it with somebody else's accounts. */
export function ledger(reader: Reader): Ledger {
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
    asked: intent.amount,
    reserved: intent.amount_capturable,
    captured: intent.amount_received,
    refunded: refunded.get(id) ?? 0,
    customer: idOf(intent.customer),
    metadata,
  }))
  const totals: Record<string, Totals> = {}
  for (const { currency, ...line } of intents) {
    totals[currency] ??= { reserved: 0, captured: 0, refunded: 0 }
    for (const sum of ['reserved', 'captured', 'refunded'] as const) totals[currency][sum] += line[sum]
  }
  return { intents, totals }
}
