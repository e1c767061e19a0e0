import { type Event, type EventTypeOf, parseEvent, streamOf } from '@holdfast/contracts'
import { consumeStream, type EventHandlers } from '@holdfast/service/events'
import type { Pool } from '@holdfast/service/postgres'
import type { Log } from '@holdfast/service/process'
import type { Redis } from '@holdfast/service/redis'
import { completeBooking } from '../commands/completeBooking.ts'
import { withdrawVehicle } from '../commands/withdrawVehicle.ts'
import { listVehicle, setOffline } from '../store/bookables.ts'

/** The effect of each event of fleet. */
const onFleetEvents: EventHandlers<Event<EventTypeOf<'fleet'>>> = {
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

export const consumeFleetEvents = (options: {
  readonly databaseUrl: string
  readonly pool: Pool
  readonly redis: Redis
  readonly log: Log
  readonly signal: AbortSignal
}): Promise<void> =>
  consumeStream({
    ...options,
    consumer: 'booking-fleet',
    owner: 'booking',
    stream: streamOf('fleet'),
    parse: parseEvent,
    handlers: onFleetEvents,
  })
