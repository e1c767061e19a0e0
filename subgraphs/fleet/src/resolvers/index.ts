import { type CompleteResolvers, DateTime } from '@holdfast/service/graphql'
import type { Resolvers } from '../__generated__/resolvers.ts'
import { Booking, Command, Trip } from './Booking.ts'
import { endTrip } from './Mutation/endTrip.ts'
import { setVehicleService } from './Mutation/setVehicleService.ts'
import { unlockVehicle } from './Mutation/unlockVehicle.ts'
import { Query } from './Query.ts'
import { Subscription } from './Subscription.ts'
import { Vehicle, VehicleType } from './Vehicle.ts'
import { Zone } from './Zone.ts'

export const resolvers: CompleteResolvers<Resolvers> = {
  Query,
  Mutation: { unlockVehicle, endTrip, setVehicleService },
  Subscription,
  Vehicle,
  VehicleType,
  Booking,
  Trip,
  Command,
  Zone,
  DateTime,
}
