import { graphqlError, requireCustomer } from '@holdfast/service/graphql'
import { isUuid } from '@holdfast/service/identity'
import type { MutationResolvers } from '../../__generated__/resolvers.ts'
import { toProblem, toResult } from '../problems.ts'

const methodId = /^\w{1,255}$/ // Stripe's ids are shorter.

export const authorizePayment: MutationResolvers['authorizePayment'] = async (_, { input }, { viewer, commands }) => {
  const customerId = requireCustomer(viewer)
  if (!isUuid(input.requestId)) throw graphqlError('BAD_USER_INPUT', 'requestId must be a UUID.')
  if (!methodId.test(input.paymentMethodId)) {
    throw graphqlError('BAD_USER_INPUT', 'paymentMethodId must be the id of a Stripe PaymentMethod.')
  }
  if (!isUuid(input.bookingId)) return toProblem({ kind: 'BookingNotFound' })
  const outcome = await commands.authorizePayment({
    ...input,
    customerId,
    requestId: input.requestId.toLowerCase(),
    bookingId: input.bookingId.toLowerCase(),
  })
  return outcome.ok ? toResult(outcome.payment, outcome.challenge) : toProblem(outcome.refusal)
}
