import type Stripe from 'stripe'
import { invalidRequest, noSuch } from '../domain/errors.ts'
import { keysLive } from '../domain/idempotency.ts'
import { type Appointment, type Change, idOf } from '../domain/objects.ts'
import { accept, type Outcome, refuse } from '../domain/outcome.ts'
import { expireIntent } from '../domain/payment-intent.ts'
import { failRefund, settleRefund } from '../domain/refund.ts'
import { keep } from '../http/route.ts'
import { chargeOf } from '../resources/payment-intents.ts'
import type { Books, Draft } from '../store/books.ts'
import type { Cause } from '../webhooks/publish.ts'

/** Seconds that the account may be ahead of the machine: a century, since the journal keeps whatever is set here. */
const farthestAhead = 100 * 365 * 86_400

/** Moves the account's clock forward and does what falls due on the way. */
export function advanceClock(books: Books, seconds: number, cause: Cause): Outcome<{ now: number }> {
  const ahead = (books.find('clock', 'clock')?.seconds ?? 0) + seconds
  if (!Number.isInteger(seconds) || seconds < 0 || ahead > farthestAhead) {
    return refuse(
      invalidRequest('The clock goes forward, by whole seconds, and at most a century ahead.', { param: 'seconds' }),
    )
  }
  books.transact((draft) => draft.put({ object: 'clock', id: 'clock', seconds: ahead }))
  sweep(books, cause)
  return accept({ now: books.now() })
}

/** Does what has fallen due: expires authorisations, settles or fails refunds, forgets old idempotency keys. */
export function sweep(books: Books, cause: Cause): void {
  const now = books.now()
  const due = [...books.all('appointment')].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)
  for (const appointment of due) {
    books.transact((draft) => {
      draft.remove('appointment', appointment.id)
      // Refused when the object has moved on since: it was captured, canceled, or settled by hand.
      const change = fallsDue(draft, appointment)
      if (change.ok) keep({ draft, cause }, change.value)
    })
  }
  books.transact((draft) => {
    for (const reply of draft.all('stored_reply')) {
      // Oldest first.
      if (now < reply.at + keysLive) break
      draft.remove('stored_reply', reply.id)
    }
  })
}

function fallsDue(draft: Draft, { what, id }: Appointment): Outcome<Change<Stripe.PaymentIntent | Stripe.Refund>> {
  switch (what) {
    case 'expire_authorization': {
      const intent = draft.find('payment_intent', id)
      return intent
        ? expireIntent(intent, chargeOf(draft, intent), draft)
        : refuse(noSuch('payment_intent', id, 'intent', 'path'))
    }
    case 'settle_refund':
      return endRefund(draft, id, 'settle')
    case 'fail_refund':
      return endRefund(draft, id, 'fail')
  }
}

/** Settles or fails a refund, as its bank would some time later. */
export function endRefund(draft: Draft, id: string, end: 'settle' | 'fail'): Outcome<Change<Stripe.Refund>> {
  const refund = draft.find('refund', id)
  if (!refund) return refuse(noSuch('refund', id, 'refund', 'path'))
  if (end === 'settle') return settleRefund(refund)
  const charge = draft.find('charge', idOf(refund.charge) ?? '')
  return charge
    ? failRefund(refund, charge, draft)
    : refuse(noSuch('charge', String(idOf(refund.charge)), 'charge', 'path'))
}

export const settleNow = (books: Books, cause: Cause, id: string, end: 'settle' | 'fail'): Outcome<Stripe.Refund> =>
  books.transact((draft) => {
    const change = endRefund(draft, id, end)
    return change.ok ? accept(keep({ draft, cause }, change.value)) : change
  })
