import { requestIdOf, requireCustomer, uuidOf } from '@holdfast/service/graphql'
import type { MutationResolvers } from '../../__generated__/resolvers.ts'
import * as commands from '../../commands/endTrip.ts'
import { endTripProblem } from '../problems.ts'

export const endTrip: MutationResolvers['endTrip'] = async (_, { input }, { viewer, deps }) => {
  const riderId = requireCustomer(viewer)
  const requestId = requestIdOf(input.requestId)
  const bookingId = uuidOf(input.bookingId)
  if (!bookingId) return endTripProblem({ kind: 'BookingNotFound' })
  const outcome = await commands.endTrip(deps, { riderId, bookingId, requestId })
  return outcome.ok ? { __typename: 'EndTripSuccess', command: outcome.value } : endTripProblem(outcome.refusal)
}
