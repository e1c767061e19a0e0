import type { ResolversTypes } from '../__generated__/resolvers.ts'
import type { Challenge } from '../domain/next-step.ts'
import type { Payment } from '../domain/payment.ts'
import { messages } from '../messages.ts'

/** What has become of an attempt to pay, as the schema shows it. */
export function toResult(
  payment: Payment,
  challenge: Challenge | null,
): Awaited<ResolversTypes['AuthorizePaymentResult']> {
  const booking = { id: payment.bookingId }
  const left = { attemptsLeft: payment.attemptsLeft, holdExpiresAt: payment.holdExpiresAt }
  const released = { __typename: 'PaymentReleased', payment, booking, message: messages.released } as const
  switch (payment.state) {
    case 'AUTHORIZED':
      return payment.pendingAction?.kind === 'VOID'
        ? released
        : { __typename: 'AuthorizePaymentSuccess', payment, booking }
    case 'CAPTURED':
      return { __typename: 'AuthorizePaymentSuccess', payment, booking }
    case 'VOIDED':
      return released
    case 'REQUIRES_ACTION':
      return challenge
        ? { __typename: 'PaymentActionRequired', payment, booking, ...challenge }
        : { __typename: 'PaymentPending', payment, booking }
    case 'AUTHORIZING':
      return { __typename: 'PaymentPending', payment, booking }
    case 'FAILED': {
      const { code, methodUnusable } = payment.decline
      return methodUnusable
        ? { __typename: 'PaymentMethodUnusable', ...left, message: messages.methodUnusable(left.attemptsLeft) }
        : { __typename: 'PaymentDeclined', code, ...left, message: messages.declined(left.attemptsLeft) }
    }
  }
}
