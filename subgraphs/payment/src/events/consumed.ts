import type { Event, EventTypeOf } from '@holdfast/contracts'
import type { EventHandlers } from '@holdfast/service/events'
import type { Transaction } from '@holdfast/service/postgres'
import type { Log } from '@holdfast/service/process'
import { actionAfterBooking } from '../domain/payment.ts'
import { setPendingAction } from '../store/payments.ts'

/** What the end of a booking means for its payment. */
export function onBookingEvents(now: () => Date, log: Log): EventHandlers<Event<EventTypeOf<'booking'>>> {
  const voidPayment = async (tx: Transaction, { data }: { data: { bookingId: string } }) => {
    await setPendingAction(tx, data.bookingId, () => ({ kind: 'VOID' }), now())
  }
  return {
    BookingCompleted: async (tx, { data: { bookingId, fare, lines } }) => {
      const found = await setPendingAction(
        tx,
        bookingId,
        ({ amount }) => actionAfterBooking(fare, lines, amount),
        now(),
      )
      if (!found && fare.amountMinor > 0)
        log.error({ booking: bookingId }, 'a fare has no authorisation to be captured from')
    },
    HoldExpired: voidPayment,
    BookingExpired: voidPayment,
    BookingCancelled: voidPayment,
    // These do not change what is to be paid.
    HoldPlaced: null,
    BookingConfirmed: null,
    BookingStarted: null,
    BookingMoved: null,
  }
}
