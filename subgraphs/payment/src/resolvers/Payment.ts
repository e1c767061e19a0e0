import type { PaymentResolvers } from '../__generated__/resolvers.ts'

export const Payment: PaymentResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.payment.load(id),
  captured: (payment) =>
    payment.state === 'CAPTURED' ? { amountMinor: payment.capturedMinor, currency: payment.amount.currency } : null,
  declineCode: (payment) => (payment.state === 'FAILED' ? payment.decline.code : null),
}
