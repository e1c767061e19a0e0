import { GraphQLScalarType } from 'graphql'
import type { Resolvers } from '../__generated__/resolvers.ts'
import { Booking, Command, Trip, Zone } from './Booking.ts'
import { endTrip } from './Mutation/endTrip.ts'
import { setVehicleService } from './Mutation/setVehicleService.ts'
import { unlockVehicle } from './Mutation/unlockVehicle.ts'
import { Query } from './Query.ts'
import { Subscription } from './Subscription.ts'
import { Vehicle, VehicleType } from './Vehicle.ts'

const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => (value as Date).toISOString(),
})

const named = { __resolveType: ({ __typename }: { __typename?: string }) => __typename as never }

export const resolvers: Resolvers = {
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
  Problem: named,
  VehiclesNearResult: named,
  UnlockVehicleResult: named,
  EndTripResult: named,
  EndTripBlocker: named,
  SetVehicleServiceResult: named,
}
