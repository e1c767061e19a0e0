import type { Redis } from '@holdfast/service/redis'
import { distance } from '../domain/place.ts'
import { type FoundVehicle, nearestFirst, type Search } from '../domain/search.ts'
import { viewOfOffer } from '../domain/vehicle-view.ts'
import { neighbours, readCopies } from './offer-copies.ts'

const firstRadius = 300 // metres: some dozen vehicles where a city is full of them
const maxCandidates = 300 // per vehicle type; parsing more costs more than Postgres takes for all
/** For Redis's own arithmetic: its sphere is 0.03 % larger, its geohash exact to 0.6 m. */
const tolerance = { factor: 1.005, meters: 2 }

/**
 * Nearest first, from the copies in Redis. `INCOMPLETE`: the copies are not complete. Null: too many candidates do not
 * pass the filter; Postgres, which has the filter in its condition, is faster then.
 */
export async function nearestCopies(redis: Redis, search: Search): Promise<FoundVehicle[] | 'INCOMPLETE' | null> {
  // Redis looks at everything in the radius, however few it returns: begin near, and go farther only for too few.
  let radius = Math.min(search.radiusMeters, firstRadius)
  let count = search.first + 20
  while (count <= maxCandidates) {
    const answer = await candidates(redis, search, radius, count)
    if (!answer) return 'INCOMPLETE'
    const { completeTo } = answer
    const certain = answer.found.filter(({ distanceMeters }) => distanceMeters <= completeTo)
    if (certain.length >= search.first || completeTo >= search.radiusMeters) {
      return certain.sort(nearestFirst).slice(0, search.first)
    }
    // Redis does not know the filter. Where there are more vehicles than `count`, ask for more of them.
    if (completeTo < radius) count *= 4
    else radius = Math.min(search.radiusMeters, radius * 3)
  }
  return null
}

/** Up to `count` vehicles of each type in a radius, and the metres within which none of them is missing. */
async function candidates(
  redis: Redis,
  { near, types }: Search,
  radiusMeters: number,
  count: number,
): Promise<{ found: FoundVehicle[]; completeTo: number } | null> {
  const radius = radiusMeters * tolerance.factor + tolerance.meters
  const typeIds = types.map(({ typeId }) => typeId)
  const lists = await neighbours(redis, near, typeIds, radius, count)
  if (!lists) return null
  const farthest = lists.map((list) =>
    list.length < count ? radiusMeters : ((list.at(-1)?.meters ?? 0) - tolerance.meters) / tolerance.factor,
  )
  const listed = types.flatMap((type, i) => (lists[i] ?? []).map(({ vehicleId }) => ({ ...type, vehicleId })))
  const offers = await readCopies(
    redis,
    listed.map(({ vehicleId }) => vehicleId),
  )
  const found = listed.flatMap(({ typeId, minBatteryPercent, vehicleId }, i) => {
    const offer = offers[i]
    return offer && offer.batteryPercent >= minBatteryPercent
      ? [{ distanceMeters: distance(near, offer), vehicle: viewOfOffer({ vehicleId, typeId }, offer) }]
      : []
  })
  return { found, completeTo: Math.min(radiusMeters, ...farthest) }
}
