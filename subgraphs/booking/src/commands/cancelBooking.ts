import { accept, type Outcome, refuse, type Visibility } from '@holdfast/service/domain'
import { transaction } from '@holdfast/service/postgres'
import { type Booking, cancel, type WrongState } from '../domain/booking.ts'
import { bookingForUpdate, saveCancelled } from '../store/bookings.ts'
import type { Deps } from './deps.ts'

export interface CancelBooking {
  /** Customers cancel their own bookings, operators all. */
  readonly visible: Visibility
  readonly bookingId: string
}
export type CancelBookingRefusal = WrongState | { readonly kind: 'BookingNotFound' }

/** Cancels a booking that has not started. Payment consumes the event and voids the authorisation. */
export const cancelBooking = (
  { pool }: Deps,
  { visible, bookingId }: CancelBooking,
): Promise<Outcome<Booking, CancelBookingRefusal>> =>
  transaction(pool, async (tx) => {
    const found = await bookingForUpdate(tx, visible, bookingId)
    if (!found) return refuse({ kind: 'BookingNotFound' })
    const outcome = cancel(found.booking)
    if (!outcome.ok) return outcome
    if (!outcome.value) return accept(found.booking)
    return accept(await saveCancelled(tx, bookingId, visible === 'all' ? 'OPERATOR' : 'CUSTOMER'))
  })
