import type Stripe from 'stripe'
import { list } from '../api/list.ts'
import { ignored, metadata, oneOf, positive, text } from '../api/params.ts'
import { change, create, type Route, retrieve } from '../api/route.ts'
import { accept, andThen, type Outcome, refuseInvalid } from '../domain/outcome.ts'
import { cancelRefund, refundCharge, updateRefund } from '../domain/refund.ts'
import { existing, type Reader } from '../store/store.ts'
import { latestCharge } from './payment-intents.ts'

const newRefund = {
  amount: positive,
  charge: text,
  payment_intent: text,
  reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
  metadata,
  instructions_email: ignored,
}

export const refundRoutes: readonly Route[] = [
  create('refund', newRefund, ({ amount = null, reason = null, metadata, charge, payment_intent }, { tx }) => {
    const requested = { amount, reason, metadata: metadata ?? {} }
    return andThen(chargeToRefund(tx, charge, payment_intent), (charge) => refundCharge(charge, requested, tx))
  }),
  list('refund', { charge: text, payment_intent: text }),
  retrieve('refund'),
  change('refund', '', { metadata }, (refund, { metadata }) => accept(updateRefund(refund, metadata))),
  change('refund', 'cancel', {}, cancelRefund),
]

function chargeToRefund(reader: Reader, chargeId?: string, intentId?: string): Outcome<Stripe.Charge> {
  if (chargeId !== undefined) return existing(reader, 'charge', chargeId, 'charge')
  if (intentId === undefined) {
    return refuseInvalid('One of the following params should be provided for this request: payment_intent or charge.', {
      code: 'parameter_missing',
    })
  }
  const intent = existing(reader, 'payment_intent', intentId, 'payment_intent')
  if (!intent.ok) return intent
  const charge = latestCharge(reader, intent.value)
  if (intent.value.status === 'succeeded' && charge) return accept(charge)
  return refuseInvalid(`This PaymentIntent (${intentId}) does not have a successful charge to refund.`, {
    code: 'payment_intent_unexpected_state',
    param: 'payment_intent',
  })
}
