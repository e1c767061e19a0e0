import { requireOperator } from '@holdfast/service/graphql'
import type { MutationResolvers } from '../../__generated__/resolvers.ts'
import { uuidIn } from '../../ids.ts'
import { serviceProblem } from '../problems.ts'

export const setVehicleService: NonNullable<MutationResolvers['setVehicleService']> = async (
  _,
  { input },
  { viewer, commands, loaders },
) => {
  requireOperator(viewer)
  const publicId = uuidIn(input.vehicleId)
  if (!publicId) return serviceProblem({ kind: 'VehicleNotFound' })
  const outcome = await commands.setVehicleService({ publicId, inService: input.inService })
  if (!outcome.ok) return serviceProblem(outcome.refusal)
  const vehicle = await loaders.vehicle.load(publicId)
  return vehicle ? { __typename: 'SetVehicleServiceSuccess', vehicle } : serviceProblem({ kind: 'VehicleNotFound' })
}
