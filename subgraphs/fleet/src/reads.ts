import type { PrismaClient } from '@holdfast/database'
import type { Pool } from '@holdfast/service/postgres'
import type { Log } from '@holdfast/service/process'
import type { ChangeFeed } from '@holdfast/service/redis'
import DataLoader from 'dataloader'
import type { Command } from './domain/command.ts'
import { type Box, within } from './domain/place.ts'
import { type Eye, type Known, type Seen, seenBy } from './domain/sight.ts'
import type { MapParts } from './live/watchMap.ts'
import type { Catalogue } from './store/catalogue.ts'
import { commandsById, commandsOf, tripsById, tripsOf } from './store/rides.ts'
import { type Found, type Search, searchInPostgres } from './store/search.ts'
import type { SearchIndex } from './store/searchIndex.ts'
import {
  allInBox,
  knownByEndedTrip,
  knownById,
  knownByPublicId,
  knownOfRider,
  lastSeenOf,
  offeredInBox,
} from './store/sightings.ts'
import type { Trip } from './store/trips.ts'

const gatherMs = 5 // in which the maps of a process that woke at the same tick ask for their vehicles

export interface ReadParts {
  readonly pool: Pool
  readonly prisma: PrismaClient
  readonly index: SearchIndex
  readonly catalogue: Catalogue
  readonly live: ChangeFeed
  readonly log: Log
  readonly now: () => Date
  readonly graceMs: number
}

/** Nearest first, from Redis, or from Postgres while Redis cannot be trusted. */
export const searchWith =
  ({ index, pool }: ReadParts) =>
  async (search: Search): Promise<Found[]> =>
    (await index.search(search)) ?? searchInPostgres(pool, search)

/** What live maps read by. */
export function mapParts({ pool, catalogue, live, log, now, graceMs }: ReadParts): MapParts {
  const reader = new DataLoader<string, Known | null>(
    async (ids) => {
      const known = new Map((await knownById(pool, [...new Set(ids)])).map((each) => [each.vehicleId, each]))
      return ids.map((id) => known.get(id) ?? null)
    },
    { cache: false, maxBatchSize: 5_000, batchScheduleFn: (dispatch) => setTimeout(dispatch, gatherMs) },
  )
  return {
    live,
    log,
    now,
    graceMs,
    types: catalogue.types,
    byId: async (ids) =>
      (await reader.loadMany(ids)).map((each) => {
        if (each instanceof Error) throw each
        return each
      }),
    inBox: async (eye: Eye, box: Box, limit: number) => {
      if (eye.role === 'operator') return allInBox(pool, box, limit)
      // Together, so that neither fails unheard while the other is waited for.
      const [own, offered] = await Promise.all([
        eye.role === 'customer' ? knownOfRider(pool, eye.id) : [],
        offeredInBox(pool, box, limit),
      ])
      return [...own.filter(({ place }) => within(box, place)), ...offered]
    },
  }
}

export interface Loaders {
  readonly vehicle: DataLoader<string, Seen | null>
  readonly lastSeen: DataLoader<string, Date | null>
  readonly tripOfBooking: DataLoader<string, Trip | null>
  readonly trip: DataLoader<string, Trip | null>
  readonly commandsOfBooking: DataLoader<string, Command[]>
  readonly command: DataLoader<string, Command | null>
}

/** Per request: each shows only what its viewer may see, so nothing is shared between viewers. */
export function createLoaders({ pool, prisma, now, graceMs }: ReadParts, eye: Eye): Loaders {
  const one = <T>(read: (keys: readonly string[]) => Promise<readonly T[]>, keyOf: (each: T) => string) =>
    new DataLoader<string, T | null>(async (keys) => {
      const found = new Map((await read(keys)).map((each) => [keyOf(each), each]))
      return keys.map((key) => found.get(key) ?? null)
    })
  return {
    vehicle: one(
      async (ids) => {
        const current = await knownByPublicId(pool, ids)
        const missing = ids.length > current.length && (eye.role === 'customer' || eye.role === 'operator')
        const ended = missing ? await knownByEndedTrip(pool, ids, eye.role === 'customer' ? eye.id : null) : []
        return [...current, ...ended].flatMap((each) => seenBy(eye, each, now(), graceMs) ?? [])
      },
      ({ publicId }) => publicId,
    ),
    lastSeen: new DataLoader(async (ids) => {
      const seen = await lastSeenOf(pool, ids)
      return ids.map((id) => seen.get(id) ?? null)
    }),
    tripOfBooking: one(
      (ids) => tripsOf(prisma, eye, ids),
      ({ bookingId }) => bookingId,
    ),
    trip: one(
      (ids) => tripsById(prisma, eye, ids),
      ({ id }) => id,
    ),
    commandsOfBooking: new DataLoader(async (ids) => {
      const byBooking = Map.groupBy(await commandsOf(prisma, eye, ids), ({ bookingId }) => bookingId)
      return ids.map((id) => byBooking.get(id) ?? [])
    }),
    command: one(
      (ids) => commandsById(prisma, eye, ids),
      ({ id }) => id,
    ),
  }
}
