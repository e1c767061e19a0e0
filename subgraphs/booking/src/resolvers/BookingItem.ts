import type { BookingItemResolvers } from '../__generated__/resolvers.ts'

export const BookingItem: BookingItemResolvers = {
  vehicle: ({ vehicleId }) => (vehicleId === null ? null : { id: vehicleId }),
}
