import type { Queryable } from '@holdfast/service/postgres'
import type { Offer } from '../domain/offer.ts'
import { boxAround, distance, longitudeScale } from '../domain/place.ts'
import { nearestFirst, type Search } from '../domain/search.ts'
import { viewOfOffer } from '../domain/vehicle-view.ts'

/** Vehicles by which order on a plane may differ from order on the sphere: 2.5 m at 5 km, so next to none. */
const planeMargin = 20

/**
 * The search in Postgres, while Redis is away, empty or not trusted. Nearest first, by exact distance. Postgres orders on
 * a plane, which costs a tenth of the order on the sphere.
 */
export async function nearestOffers(db: Queryable, { near, radiusMeters, first, types }: Search) {
  const box = boxAround(near, radiusMeters)
  const { rows } = await db.query<Offer & { vehicleId: string; typeId: string }>({
    name: 'nearest offers',
    text: `
      select a.vehicle_id as "vehicleId", a.public_id as "publicId", a.vehicle_type_id as "typeId", a.latitude,
        a.longitude, a.battery_percent as "batteryPercent"
      from fleet.vehicle_availability a
      join unnest($1::text[], $2::integer[]) as t (id, min_battery_percent)
        on t.id = a.vehicle_type_id and a.battery_percent >= t.min_battery_percent
      where a.latitude between $3 and $4 and a.longitude between $5 and $6
      order by (a.latitude - $7::float8) ^ 2 + ((a.longitude - $8::float8) * $9::float8) ^ 2
      limit $10`,
    values: [
      types.map(({ typeId }) => typeId),
      types.map(({ minBatteryPercent }) => minBatteryPercent),
      box.south,
      box.north,
      box.west,
      box.east,
      near.latitude,
      near.longitude,
      longitudeScale(near.latitude),
      first + planeMargin,
    ],
  })
  return rows
    .map(({ vehicleId, typeId, ...offer }) => ({
      distanceMeters: distance(near, offer),
      vehicle: viewOfOffer({ vehicleId, typeId }, offer),
    }))
    .filter(({ distanceMeters }) => distanceMeters <= radiusMeters)
    .sort(nearestFirst)
    .slice(0, first)
}
