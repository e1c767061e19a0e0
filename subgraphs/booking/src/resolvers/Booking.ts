import type { BookingResolvers } from '../__generated__/resolvers.ts'

export const Booking: BookingResolvers = {
  __resolveReference: ({ id }, { bookings }) => bookings.load(id),
  expiresAt: (booking) => ('expiresAt' in booking ? booking.expiresAt : null),
  startedAt: (booking) => ('startedAt' in booking ? booking.startedAt : null),
  endedAt: (booking) => ('endedAt' in booking ? booking.endedAt : null),
  cancelReason: (booking) => ('reason' in booking ? booking.reason : null),
  fare: (booking) => ('fare' in booking ? booking.fare : null),
}
