import { isUuid } from '@holdfast/service/identity'
import type { SubscriptionResolvers } from '../__generated__/resolvers.ts'
import { whoseFor } from '../context.ts'
import type { Booking } from '../domain/booking.ts'

export const Subscription: SubscriptionResolvers = {
  bookingStatus: {
    subscribe: (_, { bookingId }, { viewer, reads }) => {
      const whose = whoseFor(viewer)
      return whose && isUuid(bookingId) ? reads.bookingStatus(whose, bookingId.toLowerCase()) : noBooking()
    },
    resolve: (booking: Booking | null) => booking,
  },
}

async function* noBooking() {
  yield null
}
