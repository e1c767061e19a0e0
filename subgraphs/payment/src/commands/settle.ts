import type { Transaction } from '@holdfast/service/postgres'
import { counter, type Log } from '@holdfast/service/process'
import { type Answer, next } from '../domain/next.ts'
import { tryAgainAt } from '../domain/pace.ts'
import type { Payment } from '../domain/payment.ts'
import { receiptFor } from '../domain/receipt.ts'
import { confirmPaid, declinePayment, reviewPayment } from '../store/claims.ts'
import { publish } from '../store/outbox.ts'
import { lockPayment, savePayment } from '../store/payments.ts'
import { issueReceipt } from '../store/receipts.ts'

const settled = counter('payments_total', 'Payments by the state they came to', ['state'])
const alarms = counter('payment_alarms_total', 'Money taken that should not have been')

/**
 * Brings Stripe's answer into the books: payment, booking, receipt and event change together or not at all. Returns the
 * payment as it is now and what Stripe is to be asked next, if anything.
 */
export async function settle(
  tx: Transaction,
  paymentId: string,
  answer: Answer,
  { now, chance, log }: { now: Date; chance: number; log: Log },
): Promise<{ payment: Payment; call: 'capture' | 'cancel' | null }> {
  const before = await lockPayment(tx, paymentId)
  const step = next(before, answer, now)
  const known = { ...before, intentId: answer.kind === 'INTENT' ? answer.intent.id : before.intentId }
  const { id, bookingId, amount } = before
  const atRest = { wanted: null, nextTryAt: null, tries: 0 } as const
  const laterOn = {
    nextTryAt: tryAgainAt(known.tries, now, known.decideBy, chance),
    tries: known.tries + 1,
  }
  const toVoid = { wanted: { kind: 'VOID' }, nextTryAt: now, tries: 0 } as const

  const save = async (payment: Payment, call: 'capture' | 'cancel' | null = null) => {
    await savePayment(tx, payment)
    if (payment.state !== before.state) settled.inc({ state: payment.state })
    return { payment, call }
  }

  switch (step.kind) {
    case 'authorize': {
      await publish(tx, 'PaymentAuthorized', { bookingId, paymentId: id, amount })
      if (known.wanted === null) {
        const confirmed = await confirmPaid(tx, known)
        return save({ ...known, ...(confirmed ? atRest : toVoid), state: 'AUTHORIZED' })
      }
      return save({ ...known, nextTryAt: now, tries: 0, state: 'AUTHORIZED' })
    }
    case 'fail': {
      const { decline, open } = step
      await publish(tx, 'PaymentDeclined', { bookingId, paymentId: id, code: decline.code })
      const goesOn = await declinePayment(tx, known)
      return save({
        ...known,
        ...(open ? toVoid : atRest),
        state: 'FAILED',
        decline,
        attemptsLeft: goesOn ? known.attemptsLeft : 0,
      })
    }
    case 'ask':
      return save({ ...known, ...laterOn, state: 'REQUIRES_ACTION' })
    case 'capture': {
      const { capturedMinor } = step
      if (known.wanted?.kind !== 'CAPTURE') throw new Error('only a wanted capture is settled')
      const { amountMinor, fareMinor, lines } = known.wanted
      if (capturedMinor > amountMinor) {
        alarms.inc()
        log.error({ payment: id, capturedMinor, fareMinor }, 'more was taken than the fare')
      }
      await publish(tx, 'PaymentCaptured', {
        bookingId,
        paymentId: id,
        amount: { amountMinor: capturedMinor, currency: amount.currency },
      })
      const outcome = await save({ ...known, ...atRest, state: 'CAPTURED', capturedMinor })
      await issueReceipt(tx, known, receiptFor(capturedMinor, fareMinor), lines)
      return outcome
    }
    case 'void':
      if (known.wanted?.kind === 'CAPTURE')
        log.error({ payment: id }, 'authorisation was gone before the fare was taken')
      await publish(tx, 'PaymentVoided', { bookingId, paymentId: id })
      return save({ ...known, ...atRest, state: 'VOIDED' })
    case 'call':
      return save({ ...known, ...laterOn }, step.call)
    case 'wait':
      if (step.review && (await reviewPayment(tx, known))) log.error({ payment: id }, 'payment needs review')
      return save({ ...known, ...laterOn })
    case 'finish':
      return save({ ...known, ...atRest })
    case 'alarm':
      alarms.inc()
      log.error({ payment: id, state: known.state }, 'money was taken for a payment that should have none')
      return save({ ...known, ...atRest })
  }
}
