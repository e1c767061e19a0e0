import type { Event, EventTypeOf } from '@holdfast/contracts'
import type { EventHandlers } from '@holdfast/service/events'
import type { Transaction } from '@holdfast/service/postgres'
import { moveFrom } from '../domain/vehicle.ts'
import { refreshAvailability } from '../store/availability.ts'
import { releaseTrip, tripOfBooking } from '../store/trips.ts'
import { lockVehicles, moveVehicle } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'
import { reserve } from './reserve.ts'

/**
 * What booking's events mean for vehicles: held ones are reserved, freed ones are available, those of a completed trip are
 * offered again. Events come in booking's order but a moment late, so each is compared with what the vehicle is now.
 */
export const onBookingEvents = (deps: Deps): EventHandlers<Event<EventTypeOf<'booking'>>> => {
  const freed = (tx: Transaction, { data }: { data: Omit<Hold, 'customerId'> }) => free(deps, tx, data)
  return {
    HoldPlaced: (tx, { data }) => hold(deps, tx, data),
    HoldExpired: freed,
    BookingExpired: freed,
    BookingCancelled: freed,
    BookingCompleted: async (tx, { data: { bookingId, bookableIds } }) => {
      await releaseTrip(tx, bookingId)
      await lockVehicles(tx, bookableIds)
      return refreshed(deps, tx, bookableIds)
    },
    BookingConfirmed: null,
    // Fleet itself started the booking, in the transaction that started the trip.
    BookingStarted: null,
    BookingMoved: null,
  }
}

interface Hold {
  readonly bookingId: string
  readonly customerId: string
  readonly bookableIds: readonly string[]
}

async function hold(deps: Deps, tx: Transaction, { bookingId, customerId, bookableIds }: Hold) {
  const vehicles = await lockVehicles(tx, bookableIds)
  // Its rider was faster than this fact: the trip began, and may be over, before we heard of the hold.
  if (await tripOfBooking(tx, bookingId)) return undefined
  // A later booking's rider may have been faster too; then the end of this one follows, and is passed over as well.
  for (const vehicle of vehicles) {
    if (vehicle.state === 'AVAILABLE') await reserve(tx, vehicle, { bookingId, riderId: customerId })
    else deps.log.info({ vehicle: vehicle.id, state: vehicle.state, booking: bookingId }, 'held, but not free here')
  }
  return refreshed(deps, tx, bookableIds)
}

async function free(deps: Deps, tx: Transaction, { bookingId, bookableIds }: Omit<Hold, 'customerId'>) {
  const formerRiders: string[] = []
  for (const vehicle of await lockVehicles(tx, bookableIds)) {
    const move = moveFrom('reservation_cancel', vehicle.state)
    if (!move || vehicle.use?.bookingId !== bookingId) continue
    await moveVehicle(tx, vehicle, move, null)
    formerRiders.push(vehicle.use.riderId)
  }
  return refreshed(deps, tx, bookableIds, formerRiders)
}

async function refreshed(
  deps: Deps,
  tx: Transaction,
  bookableIds: readonly string[],
  formerRiders: readonly string[] = [],
) {
  const changes = await refreshAvailability(tx, bookableIds, deps.now(), deps.listing)
  return () => deps.announce.changes(changes, formerRiders)
}
