import type { VehicleResolvers } from '../__generated__/resolvers.ts'

/** Booking knows the price of a vehicle; fleet has all its other fields. */
export const Vehicle: VehicleResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  price: ({ id }, _, { prices }) => prices.load(id),
}
