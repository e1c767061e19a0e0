import { asLeader, transaction } from '@holdfast/service/postgres'
import { gauge, inTrace, pause, repeat } from '@holdfast/service/process'
import { callFor } from '../domain/next-step.ts'
import { duePayments, paymentById, postpone } from '../store/payments.ts'
import type { Deps } from './authorizePayment.ts'
import { settlePayment } from './settlePayment.ts'

const parallel = 8 // Stripe takes 25 requests a second in test mode, 100 in live mode, customers' own requests included.
const stripeMs = 8_000
const idleMs = 100
const failureMs = 2_000
const maxCalls = 3 // Retrieve, change, and retrieve again when the change came too late.

const underWay = gauge('payments_completing', 'Payments that the completer is asking Stripe about')

/**
 * The completer: finishes what requests, webhooks and events left to do, such as payments whose request died or timed out,
 * challenges that were never completed, captures and voids. Nothing else retries. Runs until aborted, in one process at a
 * time; a second process would do no harm, because every step is decided under the payment's row lock.
 */
export const completePayments = (deps: Deps, databaseUrl: string, signal: AbortSignal): Promise<void> =>
  asLeader(databaseUrl, 'payment completer', signal, deps.log, async (leading) => {
    const working = new Map<string, Promise<void>>()
    await repeat(leading, 0, deps.log, async () => {
      const free = parallel - working.size
      const due = free > 0 ? await duePayments(deps.pool, deps.now(), free, [...working.keys()]) : []
      for (const id of due) {
        const work = completePayment(deps, id, leading)
          .catch(async (err: unknown) => {
            deps.log.warn({ err, payment: id }, 'the payment will be retried')
            const later = failureMs * (0.5 + deps.random())
            // Otherwise it stays due and first in line, and a few such payments would keep out all others.
            await postpone(deps.pool, id, new Date(deps.now().getTime() + later)).catch(() => pause(later, leading))
          })
          .finally(() => working.delete(id))
        working.set(id, work)
      }
      underWay.set(working.size)
      if (due.length < free) await Promise.race([pause(idleMs, leading), ...working.values()])
      else await Promise.race(working.values())
    })
    await Promise.all(working.values())
  })

async function completePayment(deps: Deps, id: string, signal: AbortSignal): Promise<void> {
  const payment = await paymentById(deps.pool, id)
  await inTrace(payment.traceparent, async () => {
    let call: ReturnType<typeof callFor> | null = callFor(payment, deps.now())
    let latest = payment
    for (let round = 0; call && round < maxCalls && !signal.aborted; round++) {
      const answer = await deps.callStripe(call, latest, stripeMs)
      const settled = await transaction(deps.pool, (tx) =>
        settlePayment(tx, id, answer, { now: deps.now(), random: deps.random(), log: deps.log }),
      )
      call = settled.call
      latest = settled.payment
    }
  })
}
