/**
 * The copies of offers in Redis: one GEO set per vehicle type, one JSON document per vehicle, and the version of every
 * copy, so that two processes which write in the wrong order cannot bring back what is gone. The documents are arrays,
 * which are short: there are as many as vehicles, and every search parses hundreds.
 */
import type { Redis } from '@holdfast/service/redis'
import type { Offer } from '../domain/offer.ts'
import { distance, type Place } from '../domain/place.ts'
import { type FoundVehicle, nearestFirst, type Search } from '../domain/search.ts'
import { viewOfOffer } from '../domain/vehicle-view.ts'
import type { VersionedOffer } from '../store/availability.ts'

// One hash tag: in a cluster all keys are in one slot, as the script requires.
const keys = {
  offers: '{search}:offers',
  versions: '{search}:versions',
  /** Set when the copy was complete: a Redis that lost its data has lost this too. */
  complete: '{search}:complete',
  geo: (typeId: string) => `{search}:geo:${typeId}`,
}

/** Writes offers and withdrawals, each only if it is newer than what is there. */
const writeScript = `
  for i = 1, #ARGV, 6 do
    local id, version, geo, longitude, latitude, offer = unpack(ARGV, i, i + 5)
    if tonumber(version) > tonumber(redis.call('HGET', KEYS[2], id) or '-1') then
      redis.call('HSET', KEYS[2], id, version)
      if offer == '' then
        redis.call('HDEL', KEYS[1], id)
        redis.call('ZREM', geo, id)
      else
        redis.call('HSET', KEYS[1], id, offer)
        redis.call('GEOADD', geo, longitude, latitude, id)
      end
    end
  end`

export async function writeCopies(redis: Redis, offers: readonly VersionedOffer[]): Promise<void> {
  const values = offers.flatMap(({ vehicleId, version, typeId, offer }) => [
    vehicleId,
    version,
    keys.geo(typeId),
    offer?.longitude ?? '',
    offer?.latitude ?? '',
    offer ? JSON.stringify([offer.publicId, offer.latitude, offer.longitude, offer.batteryPercent]) : '',
  ])
  await redis.eval(writeScript, 2, keys.offers, keys.versions, ...values)
}

export async function readCopies(redis: Redis, vehicleIds: readonly string[]): Promise<(Offer | null)[]> {
  if (vehicleIds.length === 0) return []
  const documents = await redis.hmget(keys.offers, ...vehicleIds)
  return documents.map((document) => {
    if (!document) return null
    const [publicId, latitude, longitude, batteryPercent] = JSON.parse(document)
    return { publicId, latitude, longitude, batteryPercent }
  })
}

/** -1 for a vehicle that was never copied. */
export async function copiedVersions(redis: Redis, vehicleIds: readonly string[]): Promise<number[]> {
  return (await redis.hmget(keys.versions, ...vehicleIds)).map((version) => Number(version ?? -1))
}

export const markComplete = (redis: Redis): Promise<unknown> => redis.set(keys.complete, '1')

/**
 * For each type up to `count` copies in the radius, nearest first; null when the copy is not complete. `meters` are by
 * Redis's arithmetic.
 */
async function neighbours(
  redis: Redis,
  { longitude, latitude }: Place,
  typeIds: readonly string[],
  radiusMeters: number,
  count: number,
): Promise<{ vehicleId: string; meters: number }[][] | null> {
  const pipeline = redis.pipeline().exists(keys.complete)
  const query = ['FROMLONLAT', longitude, latitude, 'BYRADIUS', radiusMeters, 'm', 'ASC', 'COUNT', count, 'WITHDIST']
  for (const typeId of typeIds) pipeline.call('GEOSEARCH', keys.geo(typeId), ...query)
  const [complete, ...answers] = ((await pipeline.exec()) ?? []).map(([err, result]) => {
    if (err) throw err
    return result
  })
  if (complete !== 1) return null
  return (answers as [vehicleId: string, meters: string][][]).map((list) =>
    list.map(([vehicleId, meters]) => ({ vehicleId, meters: Number(meters) })),
  )
}

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
async function candidates(redis: Redis, { near, types }: Search, radiusMeters: number, count: number) {
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
