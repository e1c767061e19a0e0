import type { AuthorizeRefusal } from './domain/payment.ts'

/** Every sentence that people read from payment. */
export const messages = {
  paymentMethodIdInvalid:
    'paymentMethodId must be the id of a Stripe PaymentMethod (pm_…). Create one with Stripe’s client library.',
  released: 'The booking ended before it was paid. Nothing is charged: the authorisation is released. Book again.',
  declined: (attemptsLeft: number) => `The payment was declined. ${afterDecline(attemptsLeft)}`,
  methodUnusable: (attemptsLeft: number) => `This payment method cannot be used. ${afterDecline(attemptsLeft)}`,
  webhookPostOnly: 'Send a POST request.',
  webhookNotSigned:
    'This is not an event that Stripe signed with the secret of this endpoint. Check STRIPE_WEBHOOK_SECRET.',
  returnTitle: 'Back to the app',
  returnText: 'Thank you. You can go back to the app.',
} as const

const afterDecline = (attemptsLeft: number) =>
  attemptsLeft > 0 ? 'Pay with another one before the hold expires.' : 'The hold has ended. Book again.'

/** Why the booking cannot be paid, and what to do next. */
export function refusalMessage(refusal: AuthorizeRefusal): string {
  switch (refusal.kind) {
    case 'BookingNotFound':
      return 'You have no booking with this id. Book first.'
    case 'BookingNotPayable':
      return `Only a booking that is HELD can be paid; this one is ${refusal.state}. Look at the booking, or make a new one.`
    case 'HoldExpired':
      return 'The hold expired before it was paid. Book again.'
    case 'RequestIdReused':
      return 'This requestId was already used for another request. Choose a new one.'
  }
}
