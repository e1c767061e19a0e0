import { requestIdOf, requireCustomer, uuidOf } from '@holdfast/service/graphql'
import type { MutationResolvers } from '../../__generated__/resolvers.ts'
import { extendHold as extend } from '../../commands/extendHold.ts'
import { toProblem } from '../problems.ts'

export const extendHold: MutationResolvers['extendHold'] = async (_, { input }, { viewer, deps }) => {
  const customerId = requireCustomer(viewer)
  const requestId = requestIdOf(input.requestId)
  const bookingId = uuidOf(input.bookingId)
  if (!bookingId) return toProblem({ kind: 'BookingNotFound' })
  const outcome = await extend(deps, { customerId, requestId, bookingId })
  return outcome.ok ? { __typename: 'ExtendHoldSuccess', booking: outcome.value } : toProblem(outcome.refusal)
}
