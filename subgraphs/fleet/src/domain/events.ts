/** The events that fleet publishes. */
import type { EventTypeOf, NewEvent } from '@holdfast/contracts'
import type { Command } from './command.ts'
import type { Contact } from './contact.ts'
import type { Place } from './place.ts'
import type { Vehicle } from './vehicle.ts'
import type { VehicleType } from './vehicle-type.ts'

type FleetEvent<T extends EventTypeOf<'fleet'>> = NewEvent<T>

export const vehicleListed = (
  { id, publicId, typeId, position }: Vehicle,
  { pricePlanId }: VehicleType,
): FleetEvent<'VehicleListed'> => ({
  subject: id,
  type: 'VehicleListed',
  data: { vehicleId: id, publicId, vehicleType: typeId, pricePlanId, place: placeOf(position) },
})

export const vehicleWithdrawn = ({ id }: Vehicle): FleetEvent<'VehicleWithdrawn'> => ({
  subject: id,
  type: 'VehicleWithdrawn',
  data: { vehicleId: id },
})

export const contactChanged = ({
  id,
  contact,
}: {
  readonly id: string
  readonly contact: Contact
}): FleetEvent<'VehicleContactRestored' | 'VehicleContactLost'> => ({
  subject: id,
  type: contact === 'ONLINE' ? 'VehicleContactRestored' : 'VehicleContactLost',
  data: { vehicleId: id },
})

interface TripFacts {
  readonly tripId: string
  readonly vehicleId: string
  readonly bookingId: string
  readonly startedAt: Date
}

export const tripStarted = ({ startedAt, ...trip }: TripFacts): FleetEvent<'TripStarted'> => ({
  subject: trip.vehicleId,
  type: 'TripStarted',
  data: { ...trip, startedAt: startedAt.toISOString() },
})

export const tripEnded = ({
  startedAt,
  endedAt,
  ...trip
}: TripFacts & {
  readonly endedAt: Date
  readonly publicId: string
  readonly place: Place
}): FleetEvent<'TripEnded'> => ({
  subject: trip.vehicleId,
  type: 'TripEnded',
  data: { ...trip, startedAt: startedAt.toISOString(), endedAt: endedAt.toISOString() },
})

export const commandSettled = (
  { id, vehicleId, bookingId }: Command,
  state: 'EXECUTED' | 'REFUSED' | 'TIMED_OUT',
): FleetEvent<'CommandSettled'> => ({
  subject: vehicleId,
  type: 'CommandSettled',
  data: { vehicleId, bookingId, commandId: id, state },
})

const placeOf = ({ latitude, longitude }: Place): Place => ({ latitude, longitude })
