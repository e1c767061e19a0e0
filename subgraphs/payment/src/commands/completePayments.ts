import { asLeader, transaction } from '@holdfast/service/postgres'
import { gauge, inTrace, pause, repeat } from '@holdfast/service/process'
import { callFor } from '../domain/next.ts'
import { duePayments, paymentById, postpone } from '../store/payments.ts'
import type { Deps } from './authorizePayment.ts'
import { settle } from './settle.ts'

const parallel = 8 // Stripe takes 25 requests a second in test mode, 100 in live mode, customers' own requests included.
const stripeMs = 8_000
const idleMs = 100
const failureMs = 2_000
const rounds = 3 // Look, change, and look again when the change came too late.

const underWay = gauge('payments_completing', 'Payments that the completer is asking Stripe about')

/**
 * Finishes what requests, webhooks and events left to do: payments whose request died or timed out, banks' customers who
 * never came back, captures and releases. The only place that repeats anything. Runs until aborted, in one process at a
 * time; a second one would do no harm, repeat step is decided under the payment's row lock.
 */
export const completePayments =
  (deps: Deps) =>
  (databaseUrl: string, signal: AbortSignal): Promise<void> =>
    asLeader(databaseUrl, 'payment completer', signal, deps.log, async (leading) => {
      const working = new Map<string, Promise<void>>()
      await repeat(leading, 0, deps.log, async () => {
        const free = parallel - working.size
        const due = free > 0 ? await duePayments(deps.pool, deps.now(), free, [...working.keys()]) : []
        for (const id of due) {
          const work = completePayment(deps, id, leading)
            .catch(async (err: unknown) => {
              deps.log.warn({ err, payment: id }, 'payment will be looked at again')
              const later = failureMs * (0.5 + deps.chance())
              // It is still due, and the longest waiting: left so, a few that cannot be written would keep all others out.
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
    for (let round = 0; call && round < rounds && !signal.aborted; round++) {
      const answer = await deps.ask(call, latest, stripeMs)
      const settled = await transaction(deps.pool, (tx) =>
        settle(tx, id, answer, { now: deps.now(), chance: deps.chance(), log: deps.log }),
      )
      call = settled.call
      latest = settled.payment
    }
  })
}
