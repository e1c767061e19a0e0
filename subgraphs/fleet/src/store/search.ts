/** The search in Postgres: what answers when Redis is away, empty or not yet trusted. */
import type { Queryable } from '@holdfast/service'
import { boxAround, distance, type Place } from '../domain/place.ts'
import { offered, type Seen } from '../domain/sight.ts'

export interface Search {
  readonly near: Place
  readonly radiusMeters: number
  readonly first: number
  /** Vehicle types that are looked for. */
  readonly typeIds: readonly string[]
  /** Whether an offer of one of these types is what is looked for. */
  readonly matches: (typeId: string, offer: { readonly batteryPercent: number }) => boolean
}

export interface Found {
  readonly distanceMeters: number
  readonly vehicle: Seen
}

/** Nearest first, by exact distance. */
export async function searchInPostgres(db: Queryable, search: Search): Promise<Found[]> {
  const { near, radiusMeters, first, typeIds } = search
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
      select vehicle_id, public_id, vehicle_type_id, latitude, longitude, battery_percent
      from fleet.vehicle_availability
      where latitude between $1 and $2 and longitude between $3 and $4 and vehicle_type_id = any($5)`,
    values: [box.south, box.north, box.west, box.east, typeIds],
  })
  return rows
    .filter((row) => search.matches(row.vehicle_type_id, { batteryPercent: row.battery_percent }))
    .map((row) => {
      const { latitude, longitude, public_id: publicId, battery_percent: batteryPercent } = row
      const offer = { publicId, latitude, longitude, batteryPercent }
      return {
        distanceMeters: distance(near, row),
        vehicle: offered(row.vehicle_id, row.vehicle_type_id, offer),
      }
    })
    .filter(({ distanceMeters }) => distanceMeters <= radiusMeters)
    .sort(nearestFirst)
    .slice(0, first)
}

/** Equal distances in a fixed order, so that the same question gets the same answer. */
export const nearestFirst = (a: Found, b: Found): number =>
  a.distanceMeters - b.distanceMeters || (a.vehicle.vehicleId < b.vehicle.vehicleId ? -1 : 1)
