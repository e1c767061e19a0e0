import { type CompleteResolvers, DateTime } from '@holdfast/service/graphql'
import type { Resolvers } from '../__generated__/resolvers.ts'
import { Booking } from './Booking.ts'
import { BookingItem } from './BookingItem.ts'
import { cancelBooking } from './Mutation/cancelBooking.ts'
import { createBooking } from './Mutation/createBooking.ts'
import { extendHold } from './Mutation/extendHold.ts'
import { Query } from './Query.ts'
import { Subscription } from './Subscription.ts'
import { Vehicle } from './Vehicle.ts'

export const resolvers: CompleteResolvers<Resolvers> = {
  Query,
  Mutation: { createBooking, extendHold, cancelBooking },
  Subscription,
  Booking,
  BookingItem,
  Vehicle,
  DateTime,
}
