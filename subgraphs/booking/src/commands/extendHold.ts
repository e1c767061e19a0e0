import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import { DatabaseError, transaction } from '@holdfast/service/postgres'
import { type Booking, type ExtendRefusal, extend } from '../domain/booking.ts'
import { bookingForUpdate, saveExtended } from '../store/bookings.ts'
import { findRequest, hashOf, isSameRequest, saveRequest } from '../store/requests.ts'
import type { Deps } from './deps.ts'

export interface ExtendHold {
  readonly customerId: string
  readonly requestId: string
  readonly bookingId: string
}
export type ExtendHoldRefusal =
  | ExtendRefusal
  | { readonly kind: 'BookingNotFound' }
  | { readonly kind: 'RequestIdReused' }

/** Extends the customer's hold, once. The same request again is answered with the same booking. */
export async function extendHold(deps: Deps, command: ExtendHold): Promise<Outcome<Booking, ExtendHoldRefusal>> {
  try {
    return await extendOnce(deps, command)
  } catch (err) {
    // A request with the same id, for another booking, has committed meanwhile. Now it can be read.
    if (err instanceof DatabaseError && err.constraint === 'request_pkey') return extendOnce(deps, command)
    throw err
  }
}

const extendOnce = ({ pool }: Deps, { customerId, requestId, bookingId }: ExtendHold) =>
  transaction(pool, async (tx): Promise<Outcome<Booking, ExtendHoldRefusal>> => {
    const inputHash = hashOf(bookingId)
    const found = await bookingForUpdate(tx, { customerId }, bookingId)
    const earlier = await findRequest(tx, customerId, requestId)
    if (earlier && !isSameRequest(earlier, 'extendHold', inputHash)) return refuse({ kind: 'RequestIdReused' })
    if (!found) return refuse({ kind: 'BookingNotFound' })
    if (earlier) return accept(found.booking)
    const outcome = extend(found.booking, found.extendSeconds, found.now)
    if (!outcome.ok) return outcome
    const extended = await saveExtended(tx, bookingId, outcome.value)
    await saveRequest(tx, { customerId, requestId, operation: 'extendHold', inputHash, bookingId })
    return accept(extended)
  })
