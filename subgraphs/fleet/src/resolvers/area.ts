/** GraphQL inputs as the domain takes them. */
import { graphqlError } from '@holdfast/service/graphql'
import type { BoxInput, VehicleFilter } from '../__generated__/resolvers.ts'
import { type Filter, faultsInBox, faultsInFilter } from '../domain/area.ts'
import type { Box } from '../domain/place.ts'

export const filterFrom = (filter: VehicleFilter | null | undefined): Filter => ({
  formFactors: filter?.formFactors?.map((factor) => factor.toLowerCase()) ?? null,
  minBatteryPercent: filter?.minBatteryPercent ?? 0,
  minRangeMeters: filter?.minRangeMeters ?? 0,
})

/** The box, or BAD_USER_INPUT with all that is wrong with it: its fields have no union to say it in. */
export function boxFrom(box: BoxInput): Box {
  complain('box', faultsInBox(box))
  return box
}

/** The filter, or BAD_USER_INPUT with all that is wrong with it. */
export function checkedFilter(given: VehicleFilter | null | undefined): Filter {
  const filter = filterFrom(given)
  complain('filter', faultsInFilter(filter))
  return filter
}

function complain(what: string, faults: readonly string[]): void {
  if (faults.length > 0) throw graphqlError('BAD_USER_INPUT', `${what}: ${faults.join('; ')}.`)
}
