import type { VehicleResolvers } from '../__generated__/resolvers.ts'

/** Here a vehicle is an id with a price; what else it is, fleet knows. */
export const Vehicle: VehicleResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  price: ({ id }, _, { prices }) => prices.load(id),
}
