import type { Transaction } from '@holdfast/service/postgres'
import type { Place } from '../domain/place.ts'
import type { Use, Vehicle } from '../domain/vehicle.ts'

export interface Trip {
  readonly id: string
  readonly vehicleId: string
  readonly bookingId: string
  readonly riderId: string
  readonly startedAt: Date
  readonly endedAt: Date | null
  readonly from: Place
  readonly to: Place | null
  readonly distanceMeters: number | null
}

export interface TripRow extends Omit<Trip, 'from' | 'to'> {
  readonly startLatitude: number
  readonly startLongitude: number
  readonly endLatitude: number | null
  readonly endLongitude: number | null
}

export const selectTrips = `
  select id, vehicle_id as "vehicleId", booking_id as "bookingId", rider_id as "riderId", started_at as "startedAt",
    ended_at as "endedAt", start_latitude as "startLatitude", start_longitude as "startLongitude",
    end_latitude as "endLatitude", end_longitude as "endLongitude", distance_meters as "distanceMeters"
  from fleet.trip`

export const tripFrom = ({ startLatitude, startLongitude, endLatitude, endLongitude, ...row }: TripRow): Trip => ({
  ...row,
  from: { latitude: startLatitude, longitude: startLongitude },
  to: endLatitude === null || endLongitude === null ? null : { latitude: endLatitude, longitude: endLongitude },
})

export async function tripOfBooking(tx: Transaction, bookingId: string): Promise<Trip | null> {
  const { rows } = await tx.query<TripRow>({
    name: 'trip of booking',
    text: `${selectTrips} where booking_id = $1`,
    values: [bookingId],
  })
  return rows[0] ? tripFrom(rows[0]) : null
}

export async function insertTrip(
  tx: Transaction,
  { id, vehicle, use, startedAt }: { id: string; vehicle: Vehicle; use: Use; startedAt: Date },
): Promise<void> {
  const { latitude, longitude, odometer } = vehicle.position
  await tx.query({
    name: 'insert trip',
    text: `
      insert into fleet.trip
        (id, vehicle_id, booking_id, rider_id, public_id, started_at, start_latitude, start_longitude, start_odometer)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [id, vehicle.id, use.bookingId, use.riderId, vehicle.publicId, startedAt, latitude, longitude, odometer],
  })
}

/** The distance is what the odometer counted; a new device on the vehicle may have begun again at zero. */
export async function finishTrip(
  tx: Transaction,
  trip: { id: string; endedAt: Date; at: Place; odometer: number },
): Promise<void> {
  await tx.query({
    name: 'finish trip',
    text: `
      update fleet.trip
      set ended_at = $2, end_latitude = $3, end_longitude = $4, distance_meters = greatest($5 - start_odometer, 0)
      where id = $1 and ended_at is null`,
    values: [trip.id, trip.endedAt, trip.at.latitude, trip.at.longitude, trip.odometer],
  })
}

/** Notes that booking has completed the trip's booking. */
export async function releaseTrip(tx: Transaction, bookingId: string): Promise<void> {
  await tx.query({
    name: 'release trip',
    text: 'update fleet.trip set released_at = now() where booking_id = $1 and released_at is null',
    values: [bookingId],
  })
}
