import { keyLifetime } from '../domain/idempotency.ts'
import { type ApiObject, type Change, idOf, type ScheduledMove } from '../domain/objects.ts'
import { accept, andThen, type Outcome, refuseInvalid } from '../domain/outcome.ts'
import { expireIntent } from '../domain/payment-intent.ts'
import { failRefund, settleRefund } from '../domain/refund.ts'
import { latestCharge } from '../resources/payment-intents.ts'
import { existing, type Store, type Transaction } from '../store/store.ts'
import { apply, type Cause } from '../webhooks/publish.ts'

/** Seconds that the account may be ahead of the machine: a century, since the store keeps whatever is set here. */
const farthestAhead = 100 * 365 * 86_400

/** Moves the account's clock forward and makes the moves that fall due on the way. */
export function advanceClock(store: Store, seconds: number, cause: Cause): Outcome<{ now: number }> {
  const ahead = (store.find('clock_offset', 'clock_offset')?.seconds ?? 0) + seconds
  if (!Number.isInteger(seconds) || seconds < 0 || ahead > farthestAhead) {
    return refuseInvalid('The clock goes forward, by whole seconds, and at most a century ahead.', { param: 'seconds' })
  }
  store.transaction((tx) => tx.put({ object: 'clock_offset', id: 'clock_offset', seconds: ahead }))
  sweep(store, cause)
  return accept({ now: store.now })
}

/** Makes the moves that have fallen due and forgets old idempotency keys. */
export function sweep(store: Store, cause: Cause): void {
  const { now } = store
  const due = [...store.list('scheduled_move')].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)
  for (const { id, move } of due) {
    store.transaction((tx) => {
      tx.remove('scheduled_move', id)
      // Refused when the object has changed since: it was captured, canceled, or settled by hand.
      const change = moves[move](tx, id)
      if (change.ok) apply(tx, change.value, cause)
    })
  }
  const expired: string[] = []
  for (const { id, at } of store.list('stored_reply')) {
    // Oldest first.
    if (now < at + keyLifetime) break
    expired.push(id)
  }
  if (expired.length > 0) {
    store.transaction((tx) => {
      for (const id of expired) tx.remove('stored_reply', id)
    })
  }
}

type MoveById = (tx: Transaction, id: string) => Outcome<Change>

const moves: Readonly<Record<ScheduledMove['move'], MoveById>> = {
  expire_authorization: (tx, id) =>
    andThen(existing(tx, 'payment_intent', id), (intent) => expireIntent(intent, latestCharge(tx, intent), tx)),
  settle_refund: (tx, id) => andThen(existing(tx, 'refund', id), settleRefund),
  fail_refund: (tx, id) =>
    andThen(existing(tx, 'refund', id), (refund) =>
      andThen(existing(tx, 'charge', idOf(refund.charge) ?? ''), (charge) => failRefund(refund, charge, tx)),
    ),
}

/** Settles or fails a refund now, as its bank would some time later. */
export const endRefund = (
  store: Store,
  cause: Cause,
  id: string,
  move: 'settle_refund' | 'fail_refund',
): Outcome<ApiObject> =>
  store.transaction((tx) => andThen(moves[move](tx, id), (change) => accept(apply(tx, change, cause))))
