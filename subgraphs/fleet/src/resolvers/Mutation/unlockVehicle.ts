import { requireCustomer } from '@holdfast/service/graphql'
import type { MutationResolvers } from '../../__generated__/resolvers.ts'
import { requestIdOf, uuidIn } from '../../ids.ts'
import { unlockProblem } from '../problems.ts'

export const unlockVehicle: NonNullable<MutationResolvers['unlockVehicle']> = async (
  _,
  { input },
  { viewer, commands },
) => {
  const riderId = requireCustomer(viewer)
  const requestId = requestIdOf(input.requestId)
  const bookingId = uuidIn(input.bookingId)
  if (!bookingId) return unlockProblem({ kind: 'BookingNotFound' })
  const outcome = await commands.unlockVehicle({ riderId, bookingId, requestId })
  return outcome.ok ? { __typename: 'UnlockVehicleSuccess', command: outcome.value } : unlockProblem(outcome.refusal)
}
