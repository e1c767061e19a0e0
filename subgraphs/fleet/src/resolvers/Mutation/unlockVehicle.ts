import { requestIdOf, requireCustomer, uuidOf } from '@holdfast/service/graphql'
import type { MutationResolvers } from '../../__generated__/resolvers.ts'
import * as commands from '../../commands/unlockVehicle.ts'
import { problemOf } from '../problems.ts'

export const unlockVehicle: MutationResolvers['unlockVehicle'] = async (_, { input }, { viewer, deps }) => {
  const riderId = requireCustomer(viewer)
  const requestId = requestIdOf(input.requestId)
  const bookingId = uuidOf(input.bookingId)
  if (!bookingId) return problemOf({ kind: 'BookingNotFound' })
  const outcome = await commands.unlockVehicle(deps, { riderId, bookingId, requestId })
  return outcome.ok ? { __typename: 'UnlockVehicleSuccess', command: outcome.value } : problemOf(outcome.refusal)
}
