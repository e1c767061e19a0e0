import { changeChannel } from '@holdfast/contracts'
import { uuidOf, visibleTo, watch } from '@holdfast/service/graphql'
import type { SubscriptionResolvers } from '../__generated__/resolvers.ts'
import { type Booking, isLive } from '../domain/booking.ts'

async function* noBooking(): AsyncGenerator<null, void, void> {
  yield null
}

export const Subscription: SubscriptionResolvers = {
  bookingStatus: {
    subscribe: (_, { bookingId }, { viewer, feed, bookings }) => {
      const id = uuidOf(bookingId)
      if (!id || !visibleTo(viewer)) return noBooking()
      return watch({
        feed,
        channels: [changeChannel('booking', id)],
        read: () => bookings.load(id),
        isLast: (booking) => booking === null || !isLive(booking.state),
      })
    },
    resolve: (booking: Booking | null) => booking,
  },
}
