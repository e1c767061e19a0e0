import { asLeader, type Pool } from '@holdfast/service/postgres'
import { gauge, type Log, repeat } from '@holdfast/service/process'
import type Stripe from 'stripe'
import { type Finding, reconcile } from '../domain/reconciliation.ts'
import { forgetHints, paymentsSince, voidOver } from '../store/payments.ts'
import { intentsSince } from '../stripe/list.ts'

const everyMs = 60 * 60_000
const backMs = 26 * 60 * 60_000 // Each payment is compared about a day long, whatever one run misses.

const found = gauge('payment_differences', 'What the last comparison with Stripe found', ['kind'])
const kinds = ['CHARGED_NOT_BOOKED', 'BOOKED_NOT_CHARGED', 'AMOUNT_DIFFERS', 'ORPHAN_AUTHORISATION'] as const

interface Deps {
  readonly pool: Pool
  readonly stripe: Stripe
  readonly log: Log
  now(): Date
}

/**
 * Compares Stripe's books with ours since `since` and has orphan authorisations of our own payments released. Every
 * other finding is for a person: it is returned, logged and counted.
 */
export const reconcilePayments =
  ({ pool, stripe, log, now }: Deps) =>
  async (since: Date): Promise<readonly Finding[]> => {
    const from = now()
    // Stripe first: what changes meanwhile is then newer in our books than in theirs, never missing.
    const intents = await intentsSince(stripe, since)
    const payments = await paymentsSince(
      pool,
      since,
      intents.map(({ paymentId }) => paymentId),
    )
    const findings = reconcile(intents, payments, from)
    for (const finding of findings) {
      log.error({ finding }, 'our books and those of Stripe differ')
      if (finding.kind === 'ORPHAN_AUTHORISATION' && finding.intentId !== null && finding.state !== null) {
        await voidOver(pool, finding.paymentId, finding.intentId, now())
      }
    }
    for (const kind of kinds) found.set({ kind }, findings.filter((finding) => finding.kind === kind).length)
    return findings
  }

/** Every hour until aborted, in one process at a time; also forgets webhooks that Stripe will not repeat any more. */
export const reconcileHourly = (deps: Deps) => (databaseUrl: string, signal: AbortSignal) =>
  asLeader(databaseUrl, 'payment reconciliation', signal, deps.log, (leading) =>
    repeat(leading, everyMs, deps.log, async () => {
      await forgetHints(deps.pool, leading)
      await reconcilePayments(deps)(new Date(deps.now().getTime() - backMs))
    }),
  )
