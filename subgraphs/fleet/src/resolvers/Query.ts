import type { QueryResolvers } from '../__generated__/resolvers.ts'
import { faultsInFilter, faultsInSearch } from '../domain/area.ts'
import { batteryNeeded } from '../domain/sight.ts'
import { overlaps } from '../domain/zones.ts'
import { uuidIn } from '../ids.ts'
import { boxFrom, filterFrom } from './area.ts'

const list = (faults: readonly string[]) => `${faults.join('; ')}.`

export const Query: QueryResolvers = {
  vehiclesNear: async (_, { near, radiusMeters, filter: given, first }, { search, types }) => {
    const faults = faultsInSearch({ near, radiusMeters, first })
    if (faults.length > 0) return { __typename: 'InvalidArea', message: list(faults), faults }
    const filter = filterFrom(given)
    const faultsOfFilter = faultsInFilter(filter)
    if (faultsOfFilter.length > 0) {
      return { __typename: 'InvalidFilter', message: list(faultsOfFilter), faults: faultsOfFilter }
    }
    const found = await search({
      near,
      radiusMeters,
      first,
      wanted: [...types().values()].flatMap((type) => {
        const minBatteryPercent = batteryNeeded(filter, type)
        return minBatteryPercent === null ? [] : [{ typeId: type.id, minBatteryPercent }]
      }),
    })
    const vehicles = found.map(({ distanceMeters, vehicle }) => ({
      distanceMeters: Math.round(distanceMeters),
      vehicle,
    }))
    return { __typename: 'VehiclesNear', vehicles }
  },
  vehicle: (_, { id }, { loaders }) => {
    const publicId = uuidIn(id)
    return publicId ? loaders.vehicle.load(publicId) : null
  },
  zones: (_, { box: given }, { zones }) => {
    const box = boxFrom(given)
    return zones().filter(({ bounds }) => overlaps(bounds, box))
  },
}
