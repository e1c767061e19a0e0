/** GraphQL inputs as the domain takes them. */
import { graphqlError } from '@holdfast/service/graphql'
import type { BoxInput, VehicleFilter as VehicleFilterInput } from '../__generated__/resolvers.ts'
import type { Box } from '../domain/place.ts'
import type { VehicleFilter } from '../domain/vehicle-type.ts'
import { faultsInBox, faultsInFilter } from './input-faults.ts'

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
export const inputProblem = <T extends 'InvalidArea' | 'InvalidFilter'>(__typename: T, faults: readonly string[]) => ({
  __typename,
  message: `${faults.join('; ')}.`,
  faults,
})

function refuseFaults(input: string, faults: readonly string[]): void {
  if (faults.length > 0) throw graphqlError('BAD_USER_INPUT', `${input}: ${faults.join('; ')}.`)
}
