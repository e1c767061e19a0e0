import type { Event, EventTypeOf } from '@holdfast/contracts'
import type { EventHandlers } from '@holdfast/service/events'
import { completeBooking } from '../commands/completeBooking.ts'
import { withdrawVehicle } from '../commands/withdrawVehicle.ts'
import { listVehicle, setOffline } from '../store/bookables.ts'

/** The effect of each event of fleet. */
export const onFleetEvents: EventHandlers<Event<EventTypeOf<'fleet'>>> = {
  VehicleListed: (tx, { data: { vehicleId, publicId, pricePlanId, place } }) =>
    listVehicle(tx, { id: vehicleId, publicId, pricePlanId, ...place }),
  VehicleWithdrawn: (tx, { data }) => withdrawVehicle(tx, data.vehicleId),
  VehicleContactLost: (tx, { data }) => setOffline(tx, data.vehicleId, true),
  VehicleContactRestored: (tx, { data }) => setOffline(tx, data.vehicleId, false),
  TripEnded: (tx, { data: { bookingId, vehicleId, endedAt, publicId, place } }) =>
    completeBooking(tx, { bookingId, bookableId: vehicleId, endedAt: new Date(endedAt), publicId, place }),
  // Fleet called booking.start in the transaction that started the trip.
  TripStarted: null,
  CommandSettled: null,
}
