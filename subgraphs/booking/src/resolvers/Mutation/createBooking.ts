import { graphqlError, requestIdOf, requireCustomer } from '@holdfast/service/graphql'
import { isUuid } from '@holdfast/service/identity'
import type { MutationResolvers } from '../../__generated__/resolvers.ts'
import { createBooking as create } from '../../commands/createBooking.ts'
import { messages } from '../../messages.ts'
import { toProblem } from '../problems.ts'

export const createBooking: MutationResolvers['createBooking'] = async (_, { input }, { viewer, deps }) => {
  const customerId = requireCustomer(viewer)
  const requestId = requestIdOf(input.requestId)
  const bookableIds = input.items.map(({ bookableId }) => bookableId.toLowerCase())
  if (bookableIds.length === 0) throw graphqlError('BAD_USER_INPUT', messages.itemsEmpty)
  const unknown = bookableIds.filter((id) => !isUuid(id))
  if (unknown.length > 0) return toProblem({ kind: 'BookableNotFound', ids: unknown })
  const outcome = await create(deps, { customerId, requestId, bookableIds })
  return outcome.ok ? { __typename: 'CreateBookingSuccess', booking: outcome.value } : toProblem(outcome.refusal)
}
