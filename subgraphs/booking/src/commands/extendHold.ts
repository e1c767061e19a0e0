import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import { DatabaseError, type Pool, transaction } from '@holdfast/service/postgres'
import { type Booking, type ExtendRefusal, extend } from '../domain/booking.ts'
import { bookingForUpdate, saveExtended } from '../store/bookings.ts'
import { hashOf, isRepeated, rememberRequest, requestOf } from '../store/requests.ts'

export interface ExtendHold {
  readonly customerId: string
  readonly requestId: string
  readonly bookingId: string
}
export type ExtendHoldRefusal =
  | ExtendRefusal
  | { readonly kind: 'BookingNotFound' }
  | { readonly kind: 'RequestIdReused' }

/** Gives the customer's hold more time, once. The same request again gets the same booking. */
export const extendHold =
  (pool: Pool) =>
  async (command: ExtendHold): Promise<Outcome<Booking, ExtendHoldRefusal>> => {
    const { customerId, requestId, bookingId } = command
    const inputHash = hashOf(bookingId)

    const once = () =>
      transaction(pool, async (tx): Promise<Outcome<Booking, ExtendHoldRefusal>> => {
        const locked = await bookingForUpdate(tx, { customerId }, bookingId)
        const known = await requestOf(tx, customerId, requestId)
        if (known && !isRepeated(known, 'extendHold', inputHash)) return refuse({ kind: 'RequestIdReused' })
        if (!locked) return refuse({ kind: 'BookingNotFound' })
        const { booking, now, extendSeconds } = locked
        if (known) return accept(booking)
        const outcome = extend(booking, extendSeconds, now)
        if (!outcome.ok) return outcome
        const extended = await saveExtended(tx, bookingId, outcome.value)
        await rememberRequest(tx, { customerId, requestId, operation: 'extendHold', inputHash, bookingId })
        return accept(extended)
      })

    try {
      return await once()
    } catch (err) {
      // Another request with the same id, for another booking, was faster; now it can be seen.
      if (err instanceof DatabaseError && err.constraint === 'request_pkey') return once()
      throw err
    }
  }
