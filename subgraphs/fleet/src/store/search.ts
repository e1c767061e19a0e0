/** The search in Postgres: what answers when Redis is away, empty or not yet trusted. */
import type { Queryable } from '@holdfast/service/postgres'
import { boxAround, distance, type Place, shrinking } from '../domain/place.ts'
import { offered, type Seen } from '../domain/sight.ts'

export interface Search {
  readonly near: Place
  readonly radiusMeters: number
  readonly first: number
  /** The vehicle types that are looked for, each with the battery that it needs. */
  readonly wanted: readonly { readonly typeId: string; readonly minBatteryPercent: number }[]
}

export interface Found {
  readonly distanceMeters: number
  readonly vehicle: Seen
}

/** Vehicles by which order on a plane may differ from order on the sphere: 2.5 m at 5 km, so next to none. */
const planeMargin = 20

/** Nearest first, by exact distance. Postgres orders on a plane, which costs a tenth of doing it on the sphere. */
export async function searchInPostgres(db: Queryable, { near, radiusMeters, first, wanted }: Search): Promise<Found[]> {
  const box = boxAround(near, radiusMeters)
  const { rows } = await db.query<{
    vehicle_id: string
    public_id: string
    vehicle_type_id: string
    latitude: number
    longitude: number
    battery_percent: number
  }>({
    name: 'search',
    text: `
      select a.vehicle_id, a.public_id, a.vehicle_type_id, a.latitude, a.longitude, a.battery_percent
      from fleet.vehicle_availability a
      join unnest($1::text[], $2::integer[]) as w (type_id, min_battery_percent)
        on w.type_id = a.vehicle_type_id and a.battery_percent >= w.min_battery_percent
      where a.latitude between $3 and $4 and a.longitude between $5 and $6
      order by (a.latitude - $7::float8) ^ 2 + ((a.longitude - $8::float8) * $9::float8) ^ 2
      limit $10`,
    values: [
      wanted.map(({ typeId }) => typeId),
      wanted.map(({ minBatteryPercent }) => minBatteryPercent),
      box.south,
      box.north,
      box.west,
      box.east,
      near.latitude,
      near.longitude,
      shrinking(near.latitude),
      first + planeMargin,
    ],
  })
  return rows
    .map(({ latitude, longitude, public_id: publicId, battery_percent: batteryPercent, ...row }) => ({
      distanceMeters: distance(near, { latitude, longitude }),
      vehicle: offered(row.vehicle_id, row.vehicle_type_id, { publicId, latitude, longitude, batteryPercent }),
    }))
    .filter(({ distanceMeters }) => distanceMeters <= radiusMeters)
    .sort(nearestFirst)
    .slice(0, first)
}

/** Equal distances in a fixed order, so that the same question gets the same answer. */
export const nearestFirst = (a: Found, b: Found): number =>
  a.distanceMeters - b.distanceMeters || (a.vehicle.vehicleId < b.vehicle.vehicleId ? -1 : 1)
