import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import type { Command } from '../domain/command.ts'
import { blockersOf, type EndTripRefusal } from '../domain/endTrip.ts'
import { bookingAccess } from '../store/booking-functions.ts'
import { openCommandOf } from '../store/commands.ts'
import { tripOfBooking } from '../store/trips.ts'
import { vehicleForUpdate } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'
import { type CommandRequest, issueForRequest } from './issueCommand.ts'

/** Issues a LOCK command to the vehicle of a running trip. The trip ends when the vehicle has executed it. */
export const endTrip = (deps: Deps, request: CommandRequest): Promise<Outcome<Command, EndTripRefusal>> =>
  issueForRequest<EndTripRefusal>(deps, request, 'END_TRIP', {
    findVehicle: async (tx) => {
      const booking = await bookingAccess(tx, request.bookingId, request.riderId)
      const vehicle = booking && (await vehicleForUpdate(tx, 'id', booking.vehicleId))
      return vehicle ? accept(vehicle) : refuse({ kind: 'BookingNotFound' })
    },
    mayIssue: async (tx, vehicle) => {
      const trip = await tripOfBooking(tx, request.bookingId)
      if (!trip || trip.endedAt) return refuse({ kind: 'TripNotRunning' })
      const openCommand = await openCommandOf(tx, vehicle.id)
      if (openCommand) return refuse({ kind: 'CommandUnderWay', command: openCommand })
      const blockers = blockersOf(vehicle, deps.catalogue.zones(), deps.now())
      if (blockers.length > 0 || vehicle.epoch === null) return refuse({ kind: 'EndTripBlocked', blockers })
      return accept({ epoch: vehicle.epoch })
    },
  })
