import { requireCustomer } from '@holdfast/service/graphql'
import { isUuid } from '@holdfast/service/identity'
import type { MutationResolvers } from '../../__generated__/resolvers.ts'
import { toProblem } from '../problems.ts'

export const cancelBooking: MutationResolvers['cancelBooking'] = async (_, { input }, { viewer, commands }) => {
  const whose = viewer.role === 'operator' ? 'everybody' : { customerId: requireCustomer(viewer) }
  if (!isUuid(input.bookingId)) return toProblem({ kind: 'BookingNotFound' })
  const outcome = await commands.cancelBooking({ whose, bookingId: input.bookingId.toLowerCase() })
  return outcome.ok ? { __typename: 'CancelBookingSuccess', booking: outcome.value } : toProblem(outcome.refusal)
}
