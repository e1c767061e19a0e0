import type { BookingResolvers } from '../__generated__/resolvers.ts'

// No look-up: whose booking it is stands in each payment's row, and the loaders show a viewer only their own.
export const Booking: BookingResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  payment: ({ id }, _, { loaders }) => loaders.latestPayment.load(id),
  receipt: ({ id }, _, { loaders }) => loaders.receipt.load(id),
}
