/**
 * The copies of offers in Redis: one GEO set per vehicle type, one JSON document per vehicle, and the version of every
 * copy, so that two processes which write in the wrong order cannot bring back what is gone. The documents are arrays,
 * which are short: there are as many as vehicles, and every search parses hundreds.
 */
import type { Redis } from '@holdfast/service/redis'
import type { Offer } from '../domain/offer.ts'
import type { Place } from '../domain/place.ts'
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

export interface Neighbour {
  readonly vehicleId: string
  /** By Redis's arithmetic. */
  readonly meters: number
}

/** For each type up to `count` copies in the radius, nearest first; null when the copy is not complete. */
export async function neighbours(
  redis: Redis,
  { longitude, latitude }: Place,
  typeIds: readonly string[],
  radiusMeters: number,
  count: number,
): Promise<readonly (readonly Neighbour[])[] | null> {
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
