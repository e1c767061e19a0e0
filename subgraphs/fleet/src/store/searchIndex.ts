/**
 * The search index in Redis: a copy of fleet.vehicle_availability that may be lost at any time and is never what decides
 * who gets a vehicle. One GEO set per vehicle type, one JSON document per vehicle, and the version of every copy, so
 * that two processes which write in the wrong order cannot bring back what is gone.
 */
import type { Pool } from '@holdfast/service/postgres'
import type { Log } from '@holdfast/service/process'
import { counter, gauge } from '@holdfast/service/process'
import type { Redis } from '@holdfast/service/redis'
import type { Offer } from '../domain/listing.ts'
import { distance } from '../domain/place.ts'
import { offered } from '../domain/sight.ts'
import type { Change } from './availability.ts'
import { type Found, nearestFirst, type Search } from './search.ts'

// One hash tag: in a cluster all of it is in one slot, as the script asks for.
const keys = {
  offers: '{search}:offers',
  versions: '{search}:versions',
  /** Set when a copy was complete: a Redis that lost its data has lost this too. */
  complete: '{search}:complete',
  geo: (typeId: string) => `{search}:geo:${typeId}`,
}

/** Offers and withdrawals, each only if it is newer than what is there. */
const apply = `
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

/** What of a change is copied. */
export type Copied = Pick<Change, 'vehicleId' | 'typeId' | 'version'> & { readonly offer: Offer | null }

const chunk = 1_000
const nearby = 300 // metres: some dozen vehicles where a city is full of them
const mostCandidates = 300 // per vehicle type; parsing more costs more than Postgres takes for all
/** Of Redis's own arithmetic: its sphere is 0.03 % larger, its geohash exact to 0.6 m. */
const slack = { factor: 1.005, meters: 2 }

const copied = counter('search_index_copied_total', 'Vehicles whose copy in the search index was written')
const trust = gauge('search_index_trusted', '1 while searches are answered from Redis')

export interface SearchIndex {
  /** Copies what changed; when that fails the index is not used until it was compared with Postgres again. */
  write(changes: readonly Copied[]): Promise<void>
  /** Nearest first; null when the index cannot be trusted now, so that somebody else must answer. */
  search(search: Search): Promise<Found[] | null>
  /** Compares all of it with Postgres, copies what differs and returns that, with the places of the copies before. */
  reconcile(): Promise<readonly (Copied & { readonly before: Offer | null })[]>
  readonly trusted: boolean
}

export function createSearchIndex({ redis, pool, log }: { redis: Redis; pool: Pool; log: Log }): SearchIndex {
  let trusted = false
  let doubts = 0
  const doubt = () => {
    doubts += 1
    trusted = false
    trust.set(0)
  }
  // A restarted Redis may have lost its last second, and what was written while it was away is missing.
  redis.on('close', doubt)

  const put = async (changes: readonly Copied[]) => {
    if (changes.length === 0) return
    const values = changes.flatMap(({ vehicleId, version, typeId, offer }) => [
      vehicleId,
      version,
      keys.geo(typeId),
      offer?.longitude ?? '',
      offer?.latitude ?? '',
      offer ? JSON.stringify(asDocument(offer)) : '',
    ])
    await redis.eval(apply, 2, keys.offers, keys.versions, ...values)
    copied.inc(changes.length)
  }

  const offersOf = async (vehicleIds: readonly string[]): Promise<(Offer | null)[]> => {
    if (vehicleIds.length === 0) return []
    const documents = await redis.hmget(keys.offers, ...vehicleIds)
    return documents.map((document) => (document ? asOffer(JSON.parse(document)) : null))
  }

  const reconcile = async () => {
    const doubtsBefore = doubts
    const behind: (Copied & { before: Offer | null })[] = []
    for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
      const rows = await versionsAfter(pool, after)
      const last = rows.at(-1)
      if (!last) break
      const there = await redis.hmget(keys.versions, ...rows.map(({ vehicleId }) => vehicleId))
      const differing = rows.filter(({ version }, i) => Number(there[i] ?? -1) < version)
      const before = await offersOf(differing.map(({ vehicleId }) => vehicleId))
      await put(differing)
      behind.push(...differing.map((row, i) => ({ ...row, before: before[i] ?? null })))
      after = last.vehicleId
    }
    await redis.set(keys.complete, '1')
    // What went wrong meanwhile may concern vehicles that were already compared.
    if (doubts === doubtsBefore) {
      trusted = true
      trust.set(1)
    }
    if (behind.length > 0) log.info({ vehicles: behind.length }, 'search index brought up to date')
    return behind
  }

  /** Up to `count` vehicles of each type in a radius, and the metres within which none of them is missing. */
  const candidates = async (
    { near, wanted }: Search,
    radiusMeters: number,
    count: number,
  ): Promise<{ found: Found[]; completeTo: number } | null> => {
    const radius = radiusMeters * slack.factor + slack.meters
    const pipeline = redis.pipeline().exists(keys.complete)
    for (const { typeId } of wanted) {
      const center = ['FROMLONLAT', near.longitude, near.latitude]
      pipeline.call(
        'GEOSEARCH',
        keys.geo(typeId),
        ...center,
        'BYRADIUS',
        radius,
        'm',
        'ASC',
        'COUNT',
        count,
        'WITHDIST',
      )
    }
    const [complete, ...answers] = ((await pipeline.exec()) ?? []).map(([err, result]) => {
      if (err) throw err
      return result
    })
    if (complete !== 1) return null
    const lists = (answers as [vehicleId: string, meters: string][][]).map((list, i) => ({
      minBatteryPercent: wanted[i]?.minBatteryPercent ?? 0,
      typeId: wanted[i]?.typeId ?? '',
      vehicleIds: list.map(([vehicleId]) => vehicleId),
      completeTo: list.length < count ? radiusMeters : (Number(list.at(-1)?.[1]) - slack.meters) / slack.factor,
    }))
    const offers = await offersOf(lists.flatMap(({ vehicleIds }) => vehicleIds))
    const found = lists
      .flatMap(({ vehicleIds, ...type }) => vehicleIds.map((vehicleId) => ({ ...type, vehicleId })))
      .flatMap(({ typeId, minBatteryPercent, vehicleId }, i) => {
        const offer = offers[i]
        return offer && offer.batteryPercent >= minBatteryPercent
          ? [{ distanceMeters: distance(near, offer), vehicle: offered(vehicleId, typeId, offer) }]
          : []
      })
    return { found, completeTo: Math.min(radiusMeters, ...lists.map(({ completeTo }) => completeTo)) }
  }

  return {
    get trusted() {
      return trusted
    },
    async write(changes) {
      try {
        await put(changes)
      } catch (err) {
        if (trusted) log.warn({ err }, 'search index cannot be written; Postgres answers searches')
        doubt()
      }
    },
    async search(search) {
      if (search.wanted.length === 0) return []
      if (!trusted) return null
      try {
        // Farther out only when there is too little near by: Redis looks at everything in the radius, however few it returns.
        let radius = Math.min(search.radiusMeters, nearby)
        let count = search.first + 20
        while (count <= mostCandidates) {
          const answer = await candidates(search, radius, count)
          if (!answer) {
            doubt()
            return null
          }
          const { completeTo } = answer
          const certain = answer.found.filter(({ distanceMeters }) => distanceMeters <= completeTo)
          if (certain.length >= search.first || completeTo >= search.radiusMeters) {
            return certain.sort(nearestFirst).slice(0, search.first)
          }
          // Redis does not know the filters: where there is more than they left, ask for more of it.
          if (completeTo < radius) count *= 4
          else radius = Math.min(search.radiusMeters, radius * 3)
        }
        // A filter that leaves next to nothing of thousands is for Postgres, which has it in its condition.
        return null
      } catch (err) {
        log.warn({ err }, 'search index does not answer; Postgres does')
        doubt()
        return null
      }
    },
    reconcile,
  }
}

async function versionsAfter(pool: Pool, after: string): Promise<Copied[]> {
  const { rows } = await pool.query<{
    id: string
    vehicle_type_id: string
    availability_version: number
    public_id: string | null
    latitude: number
    longitude: number
    battery_percent: number
  }>({
    name: 'versions after',
    text: `
      select v.id, v.vehicle_type_id, v.availability_version, a.public_id, a.latitude, a.longitude, a.battery_percent
      from fleet.vehicle v left join fleet.vehicle_availability a on a.vehicle_id = v.id
      where v.id > $1
      order by v.id
      limit ${chunk}`,
    values: [after],
  })
  return rows.map((row) => ({
    vehicleId: row.id,
    typeId: row.vehicle_type_id,
    version: row.availability_version,
    offer:
      row.public_id === null
        ? null
        : {
            publicId: row.public_id,
            latitude: row.latitude,
            longitude: row.longitude,
            batteryPercent: row.battery_percent,
          },
  }))
}

/** Short, since there are as many as vehicles and every search parses hundreds. */
type Document = readonly [publicId: string, latitude: number, longitude: number, batteryPercent: number]

const asDocument = ({ publicId, latitude, longitude, batteryPercent }: Offer): Document => [
  publicId,
  latitude,
  longitude,
  batteryPercent,
]

const asOffer = ([publicId, latitude, longitude, batteryPercent]: Document): Offer => ({
  publicId,
  latitude,
  longitude,
  batteryPercent,
})
