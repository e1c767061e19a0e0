import type { BookingResolvers, CommandResolvers, TripResolvers, ZoneResolvers } from '../__generated__/resolvers.ts'
import { uuidIn } from '../ids.ts'

/** A booking is booking's; here it is the key by which trips and commands are found, for whom they concern. */
export interface BookingStub {
  readonly id: string
}

export const Booking: BookingResolvers = {
  __resolveReference: ({ id }) => ({ id: uuidIn(id) ?? id }),
  trip: ({ id }, _, { loaders }) => (uuidIn(id) ? loaders.tripOfBooking.load(id) : null),
  commands: ({ id }, _, { loaders }) => (uuidIn(id) ? loaders.commandsOfBooking.load(id) : []),
}

export const Trip: TripResolvers = {
  __resolveReference: ({ id }, { loaders }) => (uuidIn(id) ? loaders.trip.load(id) : null),
}

export const Command: CommandResolvers = {
  __resolveReference: ({ id }, { loaders }) => (uuidIn(id) ? loaders.command.load(id) : null),
}

export const Zone: ZoneResolvers = {
  __resolveReference: ({ id }, { zones }) => zones().find((zone) => zone.id === id) ?? null,
  area: ({ area }) => JSON.stringify(area),
}
