import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import type { Command } from '../domain/command.ts'
import { blockersOf, type EndTripRefusal } from '../domain/endTrip.ts'
import { bookingAccess } from '../store/booking.ts'
import { openCommand } from '../store/commands.ts'
import { tripOfBooking } from '../store/trips.ts'
import { lockVehicle } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'
import { giveOnce, type Request } from './giveOnce.ts'

/** Tells the vehicle of a running trip to lock; the trip ends when it says that it has. */
export const endTrip =
  (deps: Deps) =>
  (request: Request): Promise<Outcome<Command, EndTripRefusal>> =>
    giveOnce<EndTripRefusal>(
      deps,
      request,
      'END_TRIP',
      async (tx) => {
        const booking = await bookingAccess(tx, request.bookingId, request.riderId)
        if (!booking) return refuse({ kind: 'BookingNotFound' })
        const vehicle = await lockVehicle(tx, booking.vehicleId)
        return vehicle ? accept(vehicle) : refuse({ kind: 'BookingNotFound' })
      },
      async (tx, vehicle) => {
        const trip = await tripOfBooking(tx, request.bookingId)
        if (!trip || trip.endedAt) return refuse({ kind: 'TripNotRunning' })
        const open = await openCommand(tx, vehicle.id)
        if (open) return refuse({ kind: 'CommandUnderWay', command: open })
        const blockers = blockersOf(vehicle, deps.zones(), deps.now())
        if (blockers.length > 0 || vehicle.epoch === null) return refuse({ kind: 'EndTripBlocked', blockers })
        return accept({ epoch: vehicle.epoch })
      },
    )
