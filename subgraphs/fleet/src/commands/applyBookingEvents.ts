/**
 * What booking's events mean for vehicles. Events come in booking's order but a moment late, so each is compared with the
 * present state of the vehicle.
 */
import type { AfterCommit } from '@holdfast/service/events'
import type { Transaction } from '@holdfast/service/postgres'
import { moveFrom } from '../domain/vehicle.ts'
import { refreshAvailability } from '../store/availability.ts'
import { releaseTrip, tripOfBooking } from '../store/trips.ts'
import { moveVehicle, vehiclesForUpdate } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'
import { reserveVehicle } from './reserveVehicle.ts'

interface BookedVehicles {
  readonly bookingId: string
  readonly bookableIds: readonly string[]
}

/** The vehicles are held: they are reserved. */
export async function reserveHeldVehicles(
  deps: Deps,
  tx: Transaction,
  { bookingId, customerId, bookableIds }: BookedVehicles & { readonly customerId: string },
): Promise<AfterCommit | undefined> {
  const vehicles = await vehiclesForUpdate(tx, 'id', bookableIds)
  // The rider was faster than this event: the trip began, and may be over, before it arrived.
  if (await tripOfBooking(tx, bookingId)) return undefined
  for (const vehicle of vehicles) {
    if (vehicle.state === 'AVAILABLE') await reserveVehicle(tx, vehicle, { bookingId, riderId: customerId })
    // The rider of a later booking was faster. The event that ends this booking is still to come, and changes nothing.
    else deps.log.info({ vehicle: vehicle.id, state: vehicle.state, booking: bookingId }, 'held, but not available')
  }
  return refreshed(deps, tx, bookableIds)
}

/** The booking ended without a trip: its vehicles are available again. */
export async function freeVehicles(deps: Deps, tx: Transaction, { bookingId, bookableIds }: BookedVehicles) {
  const formerRiders: string[] = []
  for (const vehicle of await vehiclesForUpdate(tx, 'id', bookableIds)) {
    const move = moveFrom('reservation_cancel', vehicle.state)
    if (!move || vehicle.use?.bookingId !== bookingId) continue
    await moveVehicle(tx, vehicle, move, null)
    formerRiders.push(vehicle.use.riderId)
  }
  return refreshed(deps, tx, bookableIds, formerRiders)
}

/** Booking has completed the booking of a trip: the vehicle is offered again. */
export async function releaseVehicles(deps: Deps, tx: Transaction, { bookingId, bookableIds }: BookedVehicles) {
  await releaseTrip(tx, bookingId)
  await vehiclesForUpdate(tx, 'id', bookableIds)
  return refreshed(deps, tx, bookableIds)
}

async function refreshed(
  deps: Deps,
  tx: Transaction,
  vehicleIds: readonly string[],
  formerRiders: readonly string[] = [],
): Promise<AfterCommit> {
  const changes = await refreshAvailability(tx, vehicleIds, deps.now(), deps.offerRules)
  return () => deps.changes.vehicles(changes, formerRiders)
}
