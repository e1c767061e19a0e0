import type { QueryResolvers } from '../__generated__/resolvers.ts'
import { overlaps } from '../domain/place.ts'
import { requiredBattery } from '../domain/vehicle-type.ts'
import { nearestOffers } from '../store/nearest-offers.ts'
import { boxFrom, faultsInFilter, faultsInSearch, filterFrom, inputProblem } from './inputs.ts'

export const Query: QueryResolvers = {
  vehiclesNear: async (_, { near, radiusMeters, filter: filterInput, first }, { index, deps }) => {
    const faults = faultsInSearch({ near, radiusMeters, first })
    if (faults.length > 0) return inputProblem('InvalidArea', faults)
    const filter = filterFrom(filterInput)
    const faultsOfFilter = faultsInFilter(filter)
    if (faultsOfFilter.length > 0) return inputProblem('InvalidFilter', faultsOfFilter)
    const types = [...deps.catalogue.types().values()].flatMap((type) => {
      const minBatteryPercent = requiredBattery(filter, type)
      return minBatteryPercent === null ? [] : [{ typeId: type.id, minBatteryPercent }]
    })
    const search = { near, radiusMeters, first, types }
    const found = (await index.search(search)) ?? (await nearestOffers(deps.pool, search))
    const vehicles = found.map(({ distanceMeters, vehicle }) => ({
      distanceMeters: Math.round(distanceMeters),
      vehicle,
    }))
    return { __typename: 'VehiclesNear', vehicles }
  },
  vehicle: (_, { id }, { loaders }) => loaders.vehicle.load(id),
  zones: (_, { box: boxInput }, { deps }) => {
    const box = boxFrom(boxInput)
    return deps.catalogue.zones().filter(({ bounds }) => overlaps(bounds, box))
  },
}
