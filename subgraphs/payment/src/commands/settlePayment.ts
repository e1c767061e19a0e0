import type { Transaction } from '@holdfast/service/postgres'
import { counter, type Log } from '@holdfast/service/process'
import { nextStep, type StripeAnswer } from '../domain/next-step.ts'
import type { Payment } from '../domain/payment.ts'
import { receiptFor } from '../domain/receipt.ts'
import { retryAt } from '../domain/retry.ts'
import { confirmPaid, declinePayment, reviewPayment } from '../store/bookings.ts'
import { publish } from '../store/outbox.ts'
import { paymentForUpdate, savePayment } from '../store/payments.ts'
import { issueReceipt } from '../store/receipts.ts'

const settled = counter('payments_total', 'Payments by the state they came to', ['state'])
const alarms = counter('payment_alarms_total', 'Money that was captured and should not have been')

/**
 * Settles Stripe's answer: payment, booking, receipt and event change together or not at all. Returns the payment as it
 * is now, and the next call to Stripe if one is needed.
 */
export async function settlePayment(
  tx: Transaction,
  paymentId: string,
  answer: StripeAnswer,
  { now, random, log }: { now: Date; random: number; log: Log },
): Promise<{ payment: Payment; call: 'capture' | 'cancel' | null }> {
  const before = await paymentForUpdate(tx, paymentId)
  const step = nextStep(before, answer, now)
  const known = { ...before, intentId: answer.kind === 'INTENT' ? answer.intent.id : before.intentId }
  const { id, bookingId, amount } = before
  const nothingLeft = { pendingAction: null, nextTryAt: null, tries: 0 } as const
  const later = {
    nextTryAt: retryAt(known.tries, now, known.decideBy, random),
    tries: known.tries + 1,
  }
  const toVoid = { pendingAction: { kind: 'VOID' }, nextTryAt: now, tries: 0 } as const

  const save = async (payment: Payment, call: 'capture' | 'cancel' | null = null) => {
    await savePayment(tx, payment)
    if (payment.state !== before.state) settled.inc({ state: payment.state })
    return { payment, call }
  }

  switch (step.kind) {
    case 'authorize': {
      await publish(tx, 'PaymentAuthorized', { bookingId, paymentId: id, amount })
      if (known.pendingAction === null) {
        const confirmed = await confirmPaid(tx, known)
        return save({ ...known, ...(confirmed ? nothingLeft : toVoid), state: 'AUTHORIZED' })
      }
      return save({ ...known, nextTryAt: now, tries: 0, state: 'AUTHORIZED' })
    }
    case 'fail': {
      const { decline, payable } = step
      await publish(tx, 'PaymentDeclined', { bookingId, paymentId: id, code: decline.code })
      const stillHeld = await declinePayment(tx, known)
      return save({
        ...known,
        ...(payable ? toVoid : nothingLeft),
        state: 'FAILED',
        decline,
        attemptsLeft: stillHeld ? known.attemptsLeft : 0,
      })
    }
    case 'require_action':
      return save({ ...known, ...later, state: 'REQUIRES_ACTION' })
    case 'capture': {
      const { capturedMinor } = step
      if (known.pendingAction?.kind !== 'CAPTURE') throw new Error('a capture was settled that was not pending')
      const { amountMinor, fareMinor, lines } = known.pendingAction
      if (capturedMinor > amountMinor) {
        alarms.inc()
        log.error({ payment: id, capturedMinor, fareMinor }, 'more was captured than the fare')
      }
      await publish(tx, 'PaymentCaptured', {
        bookingId,
        paymentId: id,
        amount: { amountMinor: capturedMinor, currency: amount.currency },
      })
      const outcome = await save({ ...known, ...nothingLeft, state: 'CAPTURED', capturedMinor })
      await issueReceipt(tx, known, receiptFor(capturedMinor, fareMinor), lines)
      return outcome
    }
    case 'void':
      if (known.pendingAction?.kind === 'CAPTURE')
        log.error({ payment: id }, 'the authorisation ended before the fare was captured')
      await publish(tx, 'PaymentVoided', { bookingId, paymentId: id })
      return save({ ...known, ...nothingLeft, state: 'VOIDED' })
    case 'call':
      return save({ ...known, ...later }, step.call)
    case 'wait':
      if (step.review && (await reviewPayment(tx, known))) log.error({ payment: id }, 'payment needs review')
      return save({ ...known, ...later })
    case 'finish':
      return save({ ...known, ...nothingLeft })
    case 'alarm':
      alarms.inc()
      log.error({ payment: id, state: known.state }, 'money was captured for a payment that should have none')
      return save({ ...known, ...nothingLeft })
  }
}
