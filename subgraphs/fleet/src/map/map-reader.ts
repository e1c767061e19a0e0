import type { Visibility } from '@holdfast/service/domain'
import type { Pool } from '@holdfast/service/postgres'
import DataLoader from 'dataloader'
import { type Box, isInBox } from '../domain/place.ts'
import type { KnownVehicle } from '../domain/vehicle-view.ts'
import { allInBox, knownById, knownOfRider, offeredInBox } from '../store/known-vehicles.ts'

const gatherMs = 5 // The maps of a process read at the same moments; in this time they ask for their vehicles.

export interface MapReader {
  /** Everything in the box that the viewer might see, at most `limit`. */
  inBox(visibility: Visibility | null, box: Box, limit: number): Promise<readonly KnownVehicle[]>
  /** Vehicles as they are now; one read for all maps of the process. */
  byId(vehicleIds: readonly string[]): Promise<readonly (KnownVehicle | null)[]>
}

export function createMapReader(pool: Pool): MapReader {
  const loader = new DataLoader<string, KnownVehicle | null>(
    async (ids) => {
      const known = new Map((await knownById(pool, [...new Set(ids)])).map((each) => [each.vehicleId, each]))
      return ids.map((id) => known.get(id) ?? null)
    },
    { cache: false, maxBatchSize: 5_000, batchScheduleFn: (dispatch) => setTimeout(dispatch, gatherMs) },
  )
  return {
    inBox: async (visibility, box, limit) => {
      if (visibility === 'all') return allInBox(pool, box, limit)
      // Both at once: an error of one is then never left without a handler while the other is awaited.
      const [own, offered] = await Promise.all([
        visibility ? knownOfRider(pool, visibility.customerId) : [],
        offeredInBox(pool, box, limit),
      ])
      return [...own.filter(({ place }) => isInBox(box, place)), ...offered]
    },
    byId: async (ids) =>
      (await loader.loadMany(ids)).map((known) => {
        if (known instanceof Error) throw known
        return known
      }),
  }
}
