import { type Box, metersPerDegree, type Place, shrinking } from './place.ts'

export const largestRadius = 5_000 // metres: half an hour on foot, and more vehicles than anybody reads
const largestSide = 50_000 // metres
export const mostVehicles = 200

/** Everything that is wrong with a search, in words; none when it can be done. */
export function faultsInSearch(search: { near: Place; radiusMeters: number; first: number }): readonly string[] {
  return [
    ...faultsInDegrees('near.latitude', search.near.latitude, 90),
    ...faultsInDegrees('near.longitude', search.near.longitude, 180),
    ...faultsInRange('radiusMeters', search.radiusMeters, 1, largestRadius),
    ...faultsInRange('first', search.first, 1, mostVehicles),
  ]
}

/** Everything that is wrong with a box, in words. */
export function faultsInBox({ south, west, north, east }: Box): readonly string[] {
  const faults = [
    ...faultsInDegrees('south', south, 90),
    ...faultsInDegrees('north', north, 90),
    ...faultsInDegrees('west', west, 180),
    ...faultsInDegrees('east', east, 180),
    ...(south < north ? [] : ['south must be less than north']),
    ...(west < east ? [] : ['west must be less than east; a box does not cross the antimeridian']),
  ]
  if (faults.length > 0) return faults
  const height = (north - south) * metersPerDegree
  const width = (east - west) * metersPerDegree * shrinking((north + south) / 2)
  return Math.max(height, width) > largestSide ? [`a side must be at most ${largestSide / 1_000} km`] : []
}

export interface Filter {
  readonly formFactors: readonly string[] | null
  readonly minBatteryPercent: number
  readonly minRangeMeters: number
}

/** Everything that is wrong with a filter, in words. */
export function faultsInFilter({ formFactors, minBatteryPercent, minRangeMeters }: Filter): readonly string[] {
  return [
    ...(formFactors?.length === 0 ? ['formFactors must name at least one, or be left out'] : []),
    ...faultsInRange('minBatteryPercent', minBatteryPercent, 0, 100),
    ...(minRangeMeters >= 0 ? [] : ['minRangeMeters must not be negative']),
  ]
}

const faultsInDegrees = (name: string, value: number, limit: number) => faultsInRange(name, value, -limit, limit)

const faultsInRange = (name: string, value: number, from: number, to: number) =>
  value >= from && value <= to ? [] : [`${name} must be ${from} to ${to.toLocaleString('en')}, not ${value}`]
