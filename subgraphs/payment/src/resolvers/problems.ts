import type { ResolversTypes } from '../__generated__/resolvers.ts'
import type { AuthorizeRefusal } from '../commands/authorizePayment.ts'
import type { Challenge } from '../domain/next.ts'
import type { Payment } from '../domain/payment.ts'

type Result = Awaited<ResolversTypes['AuthorizePaymentResult']>

/** Why a booking was not even tried to be paid, as the schema says it. */
export function toProblem(refusal: AuthorizeRefusal): Result {
  switch (refusal.kind) {
    case 'BookingNotFound':
      return { __typename: 'BookingNotFound', message: 'There is no such booking of yours. Hold one first.' }
    case 'BookingNotPayable':
      return {
        __typename: 'BookingNotPayable',
        state: refusal.state,
        message: `A booking can be paid while it is HELD; this one is ${refusal.state}.`,
      }
    case 'HoldExpired':
      return {
        __typename: 'HoldExpired',
        expiredAt: refusal.at,
        message: 'The hold ran out before it was paid. Hold it again, if it is still free.',
      }
    case 'RequestIdReused':
      return {
        __typename: 'RequestIdReused',
        message: 'This requestId was used before, for something else. Choose a new one for a new request.',
      }
  }
}

/** What became of an attempt so far, as the schema says it. */
export function toResult(payment: Payment, challenge: Challenge | null): Result {
  const booking = { id: payment.bookingId }
  const { attemptsLeft, holdExpiresAt } = payment
  switch (payment.state) {
    case 'AUTHORIZED':
      return payment.wanted?.kind === 'VOID'
        ? { __typename: 'PaymentReleased', payment, booking, message: released }
        : { __typename: 'AuthorizePaymentSuccess', payment, booking }
    case 'CAPTURED':
      return { __typename: 'AuthorizePaymentSuccess', payment, booking }
    case 'VOIDED':
      return { __typename: 'PaymentReleased', payment, booking, message: released }
    case 'REQUIRES_ACTION':
      return challenge
        ? { __typename: 'PaymentActionRequired', payment, booking, ...challenge }
        : { __typename: 'PaymentPending', payment, booking }
    case 'AUTHORIZING':
      return { __typename: 'PaymentPending', payment, booking }
    case 'FAILED':
      return payment.decline.methodUnusable
        ? {
            __typename: 'PaymentMethodUnusable',
            attemptsLeft,
            holdExpiresAt,
            message: `This payment method cannot be used. ${nextStep(attemptsLeft)}`,
          }
        : {
            __typename: 'PaymentDeclined',
            code: payment.decline.code,
            attemptsLeft,
            holdExpiresAt,
            message: `The payment was declined. ${nextStep(attemptsLeft)}`,
          }
  }
}

const released = 'The booking ended before it was paid for. Nothing is taken: the amount is released.'

const nextStep = (attemptsLeft: number) =>
  attemptsLeft > 0 ? 'Pay with another one before the hold expires.' : 'The hold has ended; hold it again.'
