import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import { type Pool, transaction } from '@holdfast/service/postgres'
import { type Booking, cancel, type WrongState } from '../domain/booking.ts'
import { bookingForUpdate, saveCancelled, type Whose } from '../store/bookings.ts'

export interface CancelBooking {
  /** Who cancels: the customer their own, operators anybody's. */
  readonly whose: Whose
  readonly bookingId: string
}
export type CancelBookingRefusal = WrongState | { readonly kind: 'BookingNotFound' }

/** Ends a booking that has not begun; payment voids what was authorised when it hears of it. */
export const cancelBooking =
  (pool: Pool) =>
  ({ whose, bookingId }: CancelBooking): Promise<Outcome<Booking, CancelBookingRefusal>> =>
    transaction(pool, async (tx) => {
      const locked = await bookingForUpdate(tx, whose, bookingId)
      if (!locked) return refuse({ kind: 'BookingNotFound' })
      const outcome = cancel(locked.booking)
      if (!outcome.ok) return outcome
      if (!outcome.value) return accept(locked.booking)
      return accept(await saveCancelled(tx, bookingId, whose === 'everybody' ? 'OPERATOR' : 'CUSTOMER'))
    })
