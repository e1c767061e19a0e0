import type { Visibility } from '@holdfast/service/domain'
import { uuidOf } from '@holdfast/service/graphql'
import type { Pool } from '@holdfast/service/postgres'
import DataLoader from 'dataloader'
import { type KnownVehicle, viewOf } from '../domain/vehicle-view.ts'
import { commandsOfRider } from './commands.ts'
import { knownByEndedTrip, knownById, knownByPublicId } from './known-vehicles.ts'
import { tripsOfRider } from './trips.ts'

/** Batched reads for one request. They read only what this viewer may see, so no two viewers share them. */
export function createLoaders(
  { pool, now, graceMs }: { readonly pool: Pool; readonly now: () => Date; readonly graceMs: number },
  visibility: Visibility | null,
) {
  /** `read` is for the rows of one rider; of all riders when the id is null. */
  const visible = async <T>(read: (riderId: string | null) => Promise<readonly T[]>) =>
    visibility === null ? [] : read(visibility === 'all' ? null : visibility.customerId)

  const trips = (by: 'id' | 'booking_id') => (ids: readonly string[]) =>
    visible((riderId) => tripsOfRider(pool, riderId, by, ids))
  const commands = (by: 'id' | 'booking_id') => (ids: readonly string[]) =>
    visible((riderId) => commandsOfRider(pool, riderId, by, ids))
  const vehicles = async (publicIds: readonly string[]) => {
    const current = await knownByPublicId(pool, publicIds)
    const ended =
      publicIds.length > current.length ? await visible((riderId) => knownByEndedTrip(pool, publicIds, riderId)) : []
    return [...current, ...ended].flatMap((known) => viewOf(visibility, known, now(), graceMs) ?? [])
  }

  return {
    /** By public id. */
    vehicle: byKey(vehicles, ({ publicId }) => publicId),
    /** By vehicle id. */
    lastSeen: new DataLoader<string, Date | null>(async (ids) => {
      const known = new Map((await knownById(pool, ids)).map(({ vehicleId, lastSeenAt }) => [vehicleId, lastSeenAt]))
      return ids.map((id) => known.get(id) ?? null)
    }),
    trip: byKey(trips('id'), ({ id }) => id),
    tripOfBooking: byKey(trips('booking_id'), ({ bookingId }) => bookingId),
    command: byKey(commands('id'), ({ id }) => id),
    commandsOfBooking: new DataLoader(async (ids: readonly string[]) => {
      const byBooking = Map.groupBy(await commands('booking_id')(ids), ({ bookingId }) => bookingId)
      return ids.map((id) => byBooking.get(id) ?? [])
    }),
  }
}

const gatherMs = 5 // The maps of a process read at the same moments; in this time they ask for their vehicles.

/** Vehicles by vehicle id, as they are now; one read for all maps of the process. */
export const createMapLoader = (pool: Pool): DataLoader<string, KnownVehicle | null> =>
  byKey(
    (ids) => knownById(pool, [...new Set(ids)]),
    ({ vehicleId }) => vehicleId,
    { cache: false, maxBatchSize: 5_000, batchScheduleFn: (dispatch) => setTimeout(dispatch, gatherMs) },
  )

/** A loader of one row per id; null where there is none, as for what is not a UUID. */
const byKey = <T>(
  read: (ids: readonly string[]) => Promise<readonly T[]>,
  keyOf: (row: T) => string,
  options?: DataLoader.Options<string, T | null>,
) =>
  new DataLoader<string, T | null>(async (given) => {
    const ids = given.map(uuidOf)
    const rows = new Map((await read(ids.filter((id) => id !== null))).map((row) => [keyOf(row), row]))
    return ids.map((id) => (id === null ? null : (rows.get(id) ?? null)))
  }, options)
