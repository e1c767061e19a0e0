import { changeChannel } from '@holdfast/contracts'
import { watch } from '@holdfast/service/graphql'
import type { SubscriptionResolvers } from '../__generated__/resolvers.ts'
import { type Booking, isLive } from '../domain/booking.ts'

export const Subscription: SubscriptionResolvers = {
  bookingStatus: {
    subscribe: (_, { bookingId }, { feed, bookings }) =>
      watch({
        feed,
        channels: [changeChannel('booking', bookingId.toLowerCase())],
        read: () => bookings.load(bookingId),
        isLast: (booking) => booking === null || !isLive(booking.state),
      }),
    resolve: (booking: Booking | null) => booking,
  },
}
