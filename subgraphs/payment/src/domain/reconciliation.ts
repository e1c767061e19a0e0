/** The comparison of Stripe's payments with Holdfast's. Payments that are still in progress are left alone. */
import type { IntentStatus } from './next-step.ts'
import type { Payment } from './payment.ts'

/** An intent as Stripe lists it. */
export interface ListedIntent {
  readonly id: string
  readonly status: IntentStatus
  readonly amountMinor: number
  readonly receivedMinor: number
  readonly createdAt: Date
  /** From its metadata; null when payment did not create the intent. */
  readonly paymentId: string | null
}

export interface Finding {
  readonly kind: /** Stripe captured money, and no payment says so. */
    | 'CHARGED_NOT_BOOKED'
    /** A payment counts on money that Stripe does not have. */
    | 'BOOKED_NOT_CHARGED'
    | 'AMOUNT_DIFFERS'
    /** Money is authorised that nobody will capture. */
    | 'ORPHAN_AUTHORISATION'
  readonly intentId: string | null
  readonly paymentId: string
  /** Null: the database does not know the payment. It may be another installation's; a person decides. */
  readonly state: Payment['state'] | null
}

const graceMs = 15 * 60_000 // Every request and its claim have ended by then.

/**
 * Finds the differences. `intents` must reach as far back as `payments`; otherwise a payment seems to have no intent.
 * Intents without payment's metadata are skipped. So are payments that changed after `now`, the moment before Stripe was
 * asked: the list is older than they are.
 */
export function reconcile(intents: readonly ListedIntent[], payments: readonly Payment[], now: Date): Finding[] {
  const byId = new Map(payments.map((payment) => [payment.id, payment]))
  const seen = new Set<string>()
  const findings: Finding[] = []
  for (const intent of intents) {
    if (intent.paymentId === null) continue
    const named = byId.get(intent.paymentId)
    const payment = named && (named.intentId === null || named.intentId === intent.id) ? named : undefined
    if (payment) seen.add(payment.id)
    if (payment && payment.changedAt >= now) continue
    const kind = compare(intent, payment, now)
    if (kind) findings.push({ kind, intentId: intent.id, paymentId: intent.paymentId, state: payment?.state ?? null })
  }
  for (const { id, state, intentId, changedAt } of payments) {
    if (seen.has(id) || changedAt >= now || (state !== 'AUTHORIZED' && state !== 'CAPTURED')) continue
    findings.push({ kind: 'BOOKED_NOT_CHARGED', intentId, paymentId: id, state })
  }
  return findings
}

function compare(intent: ListedIntent, payment: Payment | undefined, now: Date): Finding['kind'] | null {
  switch (intent.status) {
    case 'succeeded':
      if (payment?.state === 'CAPTURED') {
        return payment.capturedMinor === intent.receivedMinor ? null : 'AMOUNT_DIFFERS'
      }
      return payment?.state === 'AUTHORIZED' && payment.pendingAction?.kind === 'CAPTURE' ? null : 'CHARGED_NOT_BOOKED'
    case 'requires_capture':
      switch (payment?.state) {
        case 'AUTHORIZED':
          return payment.amount.amountMinor === intent.amountMinor ? null : 'AMOUNT_DIFFERS'
        case 'CAPTURED':
          return 'BOOKED_NOT_CHARGED'
        case 'AUTHORIZING':
        case 'REQUIRES_ACTION':
          return null
        default:
          return now.getTime() - intent.createdAt.getTime() > graceMs ? 'ORPHAN_AUTHORISATION' : null
      }
    default:
      return payment?.state === 'CAPTURED' || (payment?.state === 'AUTHORIZED' && payment.pendingAction === null)
        ? 'BOOKED_NOT_CHARGED'
        : null
  }
}
