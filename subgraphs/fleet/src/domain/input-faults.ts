/** What can be wrong with the numbers of a request. All faults are found at once; src/messages.ts says them in words. */
import { type Box, type Place, sizeOf } from './place.ts'
import type { VehicleFilter } from './vehicle-type.ts'

const maxRadius = 5_000 // metres: half an hour on foot, and more vehicles than anybody reads
const maxSide = 50_000 // metres
const maxVehicles = 200

export type InputFault =
  | {
      readonly kind: 'OUT_OF_RANGE'
      readonly field: string
      readonly min: number
      readonly max: number
      readonly value: number
    }
  | { readonly kind: 'NEGATIVE' | 'EMPTY'; readonly field: string }
  | { readonly kind: 'UPSIDE_DOWN' | 'EAST_BEFORE_WEST' }
  | { readonly kind: 'SIDE_TOO_LONG'; readonly maxMeters: number }

export const faultsInSearch = ({
  near,
  radiusMeters,
  first,
}: {
  near: Place
  radiusMeters: number
  first: number
}): readonly InputFault[] => [
  ...outOfRange('near.latitude', near.latitude, -90, 90),
  ...outOfRange('near.longitude', near.longitude, -180, 180),
  ...outOfRange('radiusMeters', radiusMeters, 1, maxRadius),
  ...outOfRange('first', first, 1, maxVehicles),
]

export function faultsInBox(box: Box): readonly InputFault[] {
  const { south, west, north, east } = box
  const faults: InputFault[] = [
    ...outOfRange('south', south, -90, 90),
    ...outOfRange('north', north, -90, 90),
    ...outOfRange('west', west, -180, 180),
    ...outOfRange('east', east, -180, 180),
    ...(south < north ? [] : [{ kind: 'UPSIDE_DOWN' } as const]),
    ...(west < east ? [] : [{ kind: 'EAST_BEFORE_WEST' } as const]),
  ]
  if (faults.length > 0) return faults
  const { height, width } = sizeOf(box)
  return Math.max(height, width) > maxSide ? [{ kind: 'SIDE_TOO_LONG', maxMeters: maxSide }] : []
}

export const faultsInFilter = (filter: VehicleFilter): readonly InputFault[] => [
  ...(filter.formFactors?.length === 0 ? [{ kind: 'EMPTY', field: 'formFactors' } as const] : []),
  ...outOfRange('minBatteryPercent', filter.minBatteryPercent, 0, 100),
  ...(filter.minRangeMeters >= 0 ? [] : [{ kind: 'NEGATIVE', field: 'minRangeMeters' } as const]),
]

// Not a number is in no range.
const outOfRange = (field: string, value: number, min: number, max: number): readonly InputFault[] =>
  value >= min && value <= max ? [] : [{ kind: 'OUT_OF_RANGE', field, min, max, value }]
