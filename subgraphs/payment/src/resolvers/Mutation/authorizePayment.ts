import { graphqlError, problem, requestIdOf, requireCustomer, uuidOf } from '@holdfast/service/graphql'
import type { MutationResolvers } from '../../__generated__/resolvers.ts'
import { authorizePayment as authorize } from '../../commands/authorizePayment.ts'
import type { AuthorizeRefusal } from '../../domain/payment.ts'
import { messages, refusalMessage } from '../../messages.ts'
import { toResult } from '../authorize-payment-result.ts'

const methodId = /^\w{1,255}$/ // Stripe's ids are shorter.

const refused = (refusal: AuthorizeRefusal) => problem(refusal, refusalMessage(refusal))

export const authorizePayment: MutationResolvers['authorizePayment'] = async (_, { input }, { viewer, deps }) => {
  const customerId = requireCustomer(viewer)
  const requestId = requestIdOf(input.requestId)
  if (!methodId.test(input.paymentMethodId)) throw graphqlError('BAD_USER_INPUT', messages.paymentMethodIdInvalid)
  const bookingId = uuidOf(input.bookingId)
  if (!bookingId) return refused({ kind: 'BookingNotFound' })
  const outcome = await authorize(deps, { ...input, customerId, requestId, bookingId })
  return outcome.ok ? toResult(outcome.payment, outcome.challenge) : refused(outcome.refusal)
}
