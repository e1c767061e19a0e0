import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import { type Command, canHear, mayOpen, type UnlockRefusal } from '../domain/command.ts'
import { bookingAccess } from '../store/booking.ts'
import { openCommand } from '../store/commands.ts'
import { lockVehicle } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'
import { giveOnce, type Request } from './giveOnce.ts'
import { reserve } from './reserve.ts'

/** Tells the vehicle of a confirmed booking to open. */
export const unlockVehicle =
  (deps: Deps) =>
  (request: Request): Promise<Outcome<Command, UnlockRefusal>> =>
    giveOnce<UnlockRefusal>(
      deps,
      request,
      'START_TRIP',
      async (tx) => {
        const booking = mayOpen(await bookingAccess(tx, request.bookingId, request.riderId), deps.now())
        if (!booking.ok) return booking
        const vehicle = await lockVehicle(tx, booking.value.vehicleId)
        return vehicle ? accept(vehicle) : refuse({ kind: 'BookingNotFound' })
      },
      async (tx, vehicle) => {
        const hears = canHear(vehicle, await openCommand(tx, vehicle.id))
        if (!hears.ok) return hears
        return (await reserve(tx, vehicle, request)) ? hears : refuse({ kind: 'VehicleOutOfService' })
      },
    )
