import { requireCustomer } from '@holdfast/service/graphql'
import { isUuid } from '@holdfast/service/identity'
import type { MutationResolvers } from '../../__generated__/resolvers.ts'
import { requestIdOf } from '../ids.ts'
import { toProblem } from '../problems.ts'

export const extendHold: MutationResolvers['extendHold'] = async (_, { input }, { viewer, commands }) => {
  const customerId = requireCustomer(viewer)
  const requestId = requestIdOf(input.requestId)
  if (!isUuid(input.bookingId)) return toProblem({ kind: 'BookingNotFound' })
  const outcome = await commands.extendHold({ customerId, requestId, bookingId: input.bookingId.toLowerCase() })
  return outcome.ok ? { __typename: 'ExtendHoldSuccess', booking: outcome.value } : toProblem(outcome.refusal)
}
