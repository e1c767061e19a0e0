import { uuidOf } from '@holdfast/service/graphql'
import type { BookingResolvers, CommandResolvers, TripResolvers } from '../__generated__/resolvers.ts'

export const Booking: BookingResolvers = {
  __resolveReference: ({ id }) => ({ id: uuidOf(id) ?? id }),
  trip: ({ id }, _, { loaders }) => loaders.tripOfBooking.load(id),
  commands: ({ id }, _, { loaders }) => (uuidOf(id) ? loaders.commandsOfBooking.load(id) : []),
}

export const Trip: TripResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.trip.load(id),
}

export const Command: CommandResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.command.load(id),
  // An action or state that the schema lacks does not compile.
  action: ({ action }) => action,
  state: ({ state }) => state,
}
