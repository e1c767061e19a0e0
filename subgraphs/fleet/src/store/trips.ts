import type { Queryable, Transaction } from '@holdfast/service/postgres'
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

const selectTrips = `
  select id, vehicle_id as "vehicleId", booking_id as "bookingId", rider_id as "riderId", started_at as "startedAt",
    ended_at as "endedAt", distance_meters as "distanceMeters",
    json_build_object('latitude', start_latitude, 'longitude', start_longitude) as "from",
    case when end_latitude is not null then
      json_build_object('latitude', end_latitude, 'longitude', end_longitude) end as "to"
  from fleet.trip`

export async function tripOfBooking(tx: Transaction, bookingId: string): Promise<Trip | null> {
  const text = `${selectTrips} where booking_id = $1`
  return (await tx.query<Trip>({ name: 'trip of booking', text, values: [bookingId] })).rows[0] ?? null
}

/** The trips of a rider; of all riders when `riderId` is null. */
export async function tripsOfRider(
  db: Queryable,
  riderId: string | null,
  by: 'id' | 'booking_id',
  ids: readonly string[],
): Promise<Trip[]> {
  const { rows } = await db.query<Trip>({
    name: `trips of rider by ${by}`,
    text: `${selectTrips} where ${by} = any($1::uuid[]) and ($2::uuid is null or rider_id = $2)`,
    values: [ids, riderId],
  })
  return rows
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
