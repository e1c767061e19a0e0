import type { BookingResolvers } from '../__generated__/resolvers.ts'

// No look-up: the rows of payment say whose they are, and the loaders show a viewer only visible rows.
export const Booking: BookingResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  payment: ({ id }, _, { loaders }) => loaders.latestPayment.load(id),
  receipt: ({ id }, _, { loaders }) => loaders.receipt.load(id),
}
