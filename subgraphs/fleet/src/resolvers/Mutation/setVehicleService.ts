import { requireOperator, uuidOf } from '@holdfast/service/graphql'
import type { MutationResolvers } from '../../__generated__/resolvers.ts'
import * as commands from '../../commands/setVehicleService.ts'
import { problemOf } from '../problems.ts'

export const setVehicleService: MutationResolvers['setVehicleService'] = async (
  _,
  { input },
  { viewer, deps, loaders },
) => {
  requireOperator(viewer)
  const publicId = uuidOf(input.vehicleId)
  if (!publicId) return problemOf({ kind: 'VehicleNotFound' })
  const outcome = await commands.setVehicleService(deps, { publicId, inService: input.inService })
  if (!outcome.ok) return problemOf(outcome.refusal)
  const vehicle = await loaders.vehicle.load(publicId)
  return vehicle ? { __typename: 'SetVehicleServiceSuccess', vehicle } : problemOf({ kind: 'VehicleNotFound' })
}
