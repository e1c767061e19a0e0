import type { Event, EventType } from '@holdfast/contracts'
import type { Transaction } from '@holdfast/service/postgres'
import { completeBooking } from '../commands/completeBooking.ts'
import { withdrawVehicle } from '../commands/withdrawVehicle.ts'
import { listVehicle, setOffline } from '../store/bookables.ts'

/** Events of fleet that mean something for bookings: the cases below. */
export const fleetEventTypes: ReadonlySet<string> = new Set<EventType>([
  'VehicleListed',
  'VehicleWithdrawn',
  'VehicleContactLost',
  'VehicleContactRestored',
  'TripEnded',
])

/** What fleet's facts mean for booking. */
export async function onFleetEvent(tx: Transaction, event: Event): Promise<void> {
  switch (event.type) {
    case 'VehicleListed': {
      const { vehicleId, publicId, pricePlanId, place } = event.data
      return listVehicle(tx, { id: vehicleId, publicId, pricePlanId, ...place })
    }
    case 'VehicleWithdrawn':
      return withdrawVehicle(tx, event.data.vehicleId)
    case 'VehicleContactLost':
      return setOffline(tx, event.data.vehicleId, true)
    case 'VehicleContactRestored':
      return setOffline(tx, event.data.vehicleId, false)
    case 'TripEnded': {
      const { bookingId, vehicleId, endedAt, publicId, place } = event.data
      return completeBooking(tx, { bookingId, bookableId: vehicleId, endedAt: new Date(endedAt), publicId, place })
    }
    // TripStarted: fleet has called booking.start in the transaction of the fact. CommandSettled: the lock's own affair.
    default:
  }
}
