import { requireCustomer, uuidOf } from '@holdfast/service/graphql'
import type { MutationResolvers } from '../../__generated__/resolvers.ts'
import { cancelBooking as cancel } from '../../commands/cancelBooking.ts'
import { toProblem } from '../problems.ts'

export const cancelBooking: MutationResolvers['cancelBooking'] = async (_, { input }, { viewer, deps }) => {
  const visible = viewer.role === 'operator' ? 'all' : { customerId: requireCustomer(viewer) }
  const bookingId = uuidOf(input.bookingId)
  if (!bookingId) return toProblem({ kind: 'BookingNotFound' })
  const outcome = await cancel(deps, { visible, bookingId })
  return outcome.ok ? { __typename: 'CancelBookingSuccess', booking: outcome.value } : toProblem(outcome.refusal)
}
