/** What can be wrong with the numbers of a request, in words. All faults are found at once. */
import { type Box, type Place, sizeOf } from '../domain/place.ts'
import type { VehicleFilter } from '../domain/vehicle-type.ts'
import { faults } from '../messages.ts'

const maxRadius = 5_000 // metres: half an hour on foot, and more vehicles than anybody reads
const maxSide = 50_000 // metres
const maxVehicles = 200

export const faultsInSearch = (search: { near: Place; radiusMeters: number; first: number }): readonly string[] => [
  ...faultsInRange('near.latitude', search.near.latitude, -90, 90),
  ...faultsInRange('near.longitude', search.near.longitude, -180, 180),
  ...faultsInRange('radiusMeters', search.radiusMeters, 1, maxRadius),
  ...faultsInRange('first', search.first, 1, maxVehicles),
]

export function faultsInBox(box: Box): readonly string[] {
  const { south, west, north, east } = box
  const found = [
    ...faultsInRange('south', south, -90, 90),
    ...faultsInRange('north', north, -90, 90),
    ...faultsInRange('west', west, -180, 180),
    ...faultsInRange('east', east, -180, 180),
    ...(south < north ? [] : [faults.southAboveNorth]),
    ...(west < east ? [] : [faults.westBeyondEast]),
  ]
  if (found.length > 0) return found
  const { height, width } = sizeOf(box)
  return Math.max(height, width) > maxSide ? [faults.sideTooLong(maxSide)] : []
}

export const faultsInFilter = (filter: VehicleFilter): readonly string[] => [
  ...(filter.formFactors?.length === 0 ? [faults.empty('formFactors')] : []),
  ...faultsInRange('minBatteryPercent', filter.minBatteryPercent, 0, 100),
  ...(filter.minRangeMeters >= 0 ? [] : [faults.negative('minRangeMeters')]),
]

// NaN is in no range.
const faultsInRange = (field: string, value: number, min: number, max: number): readonly string[] =>
  value >= min && value <= max ? [] : [faults.outOfRange(field, value, min, max)]
