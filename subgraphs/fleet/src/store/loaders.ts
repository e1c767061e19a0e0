import type { Visibility } from '@holdfast/service/domain'
import type { Pool } from '@holdfast/service/postgres'
import DataLoader from 'dataloader'
import type { Command } from '../domain/command.ts'
import { type VehicleView, viewOf } from '../domain/vehicle-view.ts'
import { knownByEndedTrip, knownById, knownByPublicId } from './known-vehicles.ts'
import type { Trip } from './trips.ts'
import { visibleCommands, visibleTrips } from './visible-rides.ts'

export interface Loaders {
  /** By public id. */
  readonly vehicle: DataLoader<string, VehicleView | null>
  /** By vehicle id. */
  readonly lastSeen: DataLoader<string, Date | null>
  readonly trip: DataLoader<string, Trip | null>
  readonly tripOfBooking: DataLoader<string, Trip | null>
  readonly command: DataLoader<string, Command | null>
  readonly commandsOfBooking: DataLoader<string, readonly Command[]>
}

/** Batched reads for one request. They read only what this viewer may see, so no two viewers share them. */
export function createLoaders(
  { pool, now, graceMs }: { readonly pool: Pool; readonly now: () => Date; readonly graceMs: number },
  visibility: Visibility | null,
): Loaders {
  const visible = async <T>(read: (visibility: Visibility) => Promise<readonly T[]>) =>
    visibility === null ? [] : read(visibility)

  const vehicles = async (publicIds: readonly string[]) => {
    const current = await knownByPublicId(pool, publicIds)
    const ended =
      publicIds.length > current.length
        ? await visible((scope) => knownByEndedTrip(pool, publicIds, scope === 'all' ? null : scope.customerId))
        : []
    return [...current, ...ended].flatMap((known) => viewOf(visibility, known, now(), graceMs) ?? [])
  }

  return {
    vehicle: byKey(vehicles, ({ publicId }) => publicId),
    lastSeen: new DataLoader(async (ids) => {
      const known = new Map((await knownById(pool, ids)).map(({ vehicleId, lastSeenAt }) => [vehicleId, lastSeenAt]))
      return ids.map((id) => known.get(id) ?? null)
    }),
    trip: byKey(
      (ids) => visible((scope) => visibleTrips(pool, scope, 'id', ids)),
      ({ id }) => id,
    ),
    tripOfBooking: byKey(
      (ids) => visible((scope) => visibleTrips(pool, scope, 'booking_id', ids)),
      ({ bookingId }) => bookingId,
    ),
    command: byKey(
      (ids) => visible((scope) => visibleCommands(pool, scope, 'id', ids)),
      ({ id }) => id,
    ),
    commandsOfBooking: new DataLoader(async (ids) => {
      const commands = await visible((scope) => visibleCommands(pool, scope, 'booking_id', ids))
      const byBooking = Map.groupBy(commands, ({ bookingId }) => bookingId)
      return ids.map((id) => byBooking.get(id) ?? [])
    }),
  }
}

/** A loader of one row per key; null where there is none. */
const byKey = <T>(read: (keys: readonly string[]) => Promise<readonly T[]>, keyOf: (row: T) => string) =>
  new DataLoader<string, T | null>(async (keys) => {
    const rows = new Map((await read(keys)).map((row) => [keyOf(row), row]))
    return keys.map((key) => rows.get(key) ?? null)
  })
