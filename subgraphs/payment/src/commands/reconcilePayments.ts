import { asLeader, type Pool } from '@holdfast/service/postgres'
import { gauge, type Log, repeat } from '@holdfast/service/process'
import type Stripe from 'stripe'
import { type Finding, reconcile } from '../domain/reconciliation.ts'
import { paymentsSince, voidEndedPayment } from '../store/payments.ts'
import { deleteOldWebhookEvents } from '../store/webhook-inbox.ts'
import { intentsSince } from '../stripe/intents.ts'

const everyMs = 60 * 60_000
const periodMs = 26 * 60 * 60_000 // Each payment is compared for about a day, so a missed run does no harm.

const found = gauge('payment_differences', 'What the last comparison with Stripe found', ['kind'])
const kinds = ['CHARGED_NOT_BOOKED', 'BOOKED_NOT_CHARGED', 'AMOUNT_DIFFERS', 'ORPHAN_AUTHORISATION'] as const

interface Deps {
  readonly pool: Pool
  readonly stripe: Stripe
  readonly log: Log
  now(): Date
}

/**
 * Compares Stripe's payments with Holdfast's since `since`. Orphan authorisations of known payments are released. Every
 * other finding is for a person: it is returned, logged and counted.
 */
export async function reconcilePayments({ pool, stripe, log, now }: Deps, since: Date): Promise<readonly Finding[]> {
  const from = now()
  // Stripe first: a payment that changes meanwhile is then newer in the database, never missing there.
  const intents = await intentsSince(stripe, since)
  const payments = await paymentsSince(
    pool,
    since,
    intents.map(({ paymentId }) => paymentId),
  )
  const findings = reconcile(intents, payments, from)
  for (const finding of findings) {
    log.error({ finding }, 'payments here and at Stripe differ')
    if (finding.kind === 'ORPHAN_AUTHORISATION' && finding.intentId !== null && finding.state !== null) {
      await voidEndedPayment(pool, finding.paymentId, finding.intentId, now())
    }
  }
  for (const kind of kinds) found.set({ kind }, findings.filter((finding) => finding.kind === kind).length)
  return findings
}

/** Reconciles every hour until aborted, in one process at a time. Also deletes old webhook events. */
export const reconcileHourly = (deps: Deps, databaseUrl: string, signal: AbortSignal): Promise<void> =>
  asLeader(databaseUrl, 'payment reconciliation', signal, deps.log, (leading) =>
    repeat(leading, everyMs, deps.log, async () => {
      await deleteOldWebhookEvents(deps.pool, leading)
      await reconcilePayments(deps, new Date(deps.now().getTime() - periodMs))
    }),
  )
