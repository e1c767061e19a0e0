/** GraphQL inputs as the domain takes them, and what can be wrong with their numbers, in words. All faults are found at once. */
import { graphqlError } from '@holdfast/service/graphql'
import type { BoxInput, VehicleFilter as VehicleFilterInput } from '../__generated__/resolvers.ts'
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

export const filterFrom = (filter: VehicleFilterInput | null | undefined): VehicleFilter => ({
  formFactors: filter?.formFactors?.map((factor) => factor.toLowerCase()) ?? null,
  minBatteryPercent: filter?.minBatteryPercent ?? 0,
  minRangeMeters: filter?.minRangeMeters ?? 0,
})

/** The box. Throws BAD_USER_INPUT with all its faults: the fields that take a box have no union for problems. */
export function boxFrom(box: BoxInput): Box {
  refuseFaults('box', faultsInBox(box))
  return box
}

/** The filter. Throws BAD_USER_INPUT with all its faults. */
export function checkedFilterFrom(input: VehicleFilterInput | null | undefined): VehicleFilter {
  const filter = filterFrom(input)
  refuseFaults('filter', faultsInFilter(filter))
  return filter
}

/** The faults as a problem of this type. */
export const inputProblem = <T extends 'InvalidArea' | 'InvalidFilter'>(__typename: T, found: readonly string[]) => ({
  __typename,
  message: `${found.join('; ')}.`,
  faults: found,
})

function refuseFaults(input: string, found: readonly string[]): void {
  if (found.length > 0) throw graphqlError('BAD_USER_INPUT', `${input}: ${found.join('; ')}.`)
}
