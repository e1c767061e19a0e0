import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import type { Command } from '../domain/command.ts'
import { canReceive, mayUnlock, type UnlockVehicleRefusal } from '../domain/unlockVehicle.ts'
import { bookingAccess } from '../store/booking-functions.ts'
import { openCommandOf } from '../store/commands.ts'
import { vehicleForUpdate } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'
import { type CommandRequest, issueForRequest } from './issueCommand.ts'
import { reserveVehicle } from './reserveVehicle.ts'

/** Issues an UNLOCK command to the vehicle of a confirmed booking. The trip begins when the vehicle has executed it. */
export const unlockVehicle = (deps: Deps, request: CommandRequest): Promise<Outcome<Command, UnlockVehicleRefusal>> =>
  issueForRequest<UnlockVehicleRefusal>(deps, request, 'START_TRIP', {
    findVehicle: async (tx) => {
      const booking = mayUnlock(await bookingAccess(tx, request.bookingId, request.riderId), deps.now())
      if (!booking.ok) return booking
      const vehicle = await vehicleForUpdate(tx, 'id', booking.value.vehicleId)
      return vehicle ? accept(vehicle) : refuse({ kind: 'BookingNotFound' })
    },
    mayIssue: async (tx, vehicle) => {
      const receives = canReceive(vehicle, await openCommandOf(tx, vehicle.id))
      if (!receives.ok) return receives
      return (await reserveVehicle(tx, vehicle, request)) ? receives : refuse({ kind: 'VehicleOutOfService' })
    },
  })
