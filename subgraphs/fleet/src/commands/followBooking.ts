import type { Event } from '@holdfast/contracts'
import type { Transaction } from '@holdfast/service/postgres'
import { moveFrom } from '../domain/vehicle.ts'
import { refreshAvailability } from '../store/availability.ts'
import { releaseTrip, tripOfBooking } from '../store/trips.ts'
import { lockVehicles, moveVehicle } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'
import { reserve } from './reserve.ts'

/**
 * What booking's facts mean for the vehicles: held ones are reserved, freed ones are available, a completed trip's is
 * offered again. Facts come in booking's order but a moment late, so each is checked against what the vehicle is now.
 * Returns what is to be told after the commit.
 */
export const followBooking =
  (deps: Deps) =>
  async (tx: Transaction, event: Event): Promise<(() => Promise<void>) | undefined> => {
    switch (event.type) {
      case 'HoldPlaced':
        return hold(deps, tx, event.data)
      case 'HoldExpired':
      case 'BookingExpired':
      case 'BookingCancelled':
        return free(deps, tx, event.data)
      case 'BookingCompleted':
        await releaseTrip(tx, event.data.bookingId)
        await lockVehicles(tx, event.data.bookableIds)
        return refreshed(deps, tx, event.data.bookableIds)
      default:
        return undefined
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
