import type { Transaction } from '@holdfast/service/postgres'
import type { Place } from '../domain/place.ts'
import type { Position, Use, Vehicle } from '../domain/vehicle.ts'

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

interface TripRow {
  id: string
  vehicle_id: string
  booking_id: string
  rider_id: string
  started_at: Date
  ended_at: Date | null
  start_latitude: number
  start_longitude: number
  end_latitude: number | null
  end_longitude: number | null
  distance_meters: number | null
}

const tripColumns = `id, vehicle_id, booking_id, rider_id, started_at, ended_at, start_latitude, start_longitude,
  end_latitude, end_longitude, distance_meters`

export const asTrip = (row: TripRow): Trip => ({
  id: row.id,
  vehicleId: row.vehicle_id,
  bookingId: row.booking_id,
  riderId: row.rider_id,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  from: { latitude: row.start_latitude, longitude: row.start_longitude },
  to:
    row.end_latitude === null || row.end_longitude === null
      ? null
      : { latitude: row.end_latitude, longitude: row.end_longitude },
  distanceMeters: row.distance_meters,
})

export async function tripOfBooking(tx: Transaction, bookingId: string): Promise<Trip | null> {
  const { rows } = await tx.query<TripRow>({
    name: 'trip of booking',
    text: `select ${tripColumns} from fleet.trip where booking_id = $1`,
    values: [bookingId],
  })
  return rows[0] ? asTrip(rows[0]) : null
}

export async function beginTrip(
  tx: Transaction,
  trip: { id: string; vehicle: Vehicle; use: Use; startedAt: Date },
): Promise<void> {
  const { latitude, longitude, odometer } = trip.vehicle.position
  await tx.query({
    name: 'begin trip',
    text: `
      insert into fleet.trip
        (id, vehicle_id, booking_id, rider_id, public_id, started_at, start_latitude, start_longitude, start_odometer)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [
      trip.id,
      trip.vehicle.id,
      trip.use.bookingId,
      trip.use.riderId,
      trip.vehicle.publicId,
      trip.startedAt,
      latitude,
      longitude,
      odometer,
    ],
  })
}

/** The distance is what the wheel counted; a new computer on the vehicle may have begun again at zero. */
export async function finishTrip(
  tx: Transaction,
  trip: { id: string; endedAt: Date; at: Place; odometer: Position['odometer'] },
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

/** Notes that booking has closed its side of the trip. */
export async function releaseTrip(tx: Transaction, bookingId: string): Promise<void> {
  await tx.query({
    name: 'release trip',
    text: 'update fleet.trip set released_at = now() where booking_id = $1 and released_at is null',
    values: [bookingId],
  })
}
