import type Stripe from 'stripe'
import { invalidRequest, noSuch } from '../domain/errors.ts'
import { mergeMetadata } from '../domain/metadata.ts'
import { idOf } from '../domain/objects.ts'
import { accept, type Outcome, refuse } from '../domain/outcome.ts'
import { cancelRefund, refundCharge } from '../domain/refund.ts'
import { ignored, metadata, oneOf, positive, text } from '../http/params.ts'
import { action, keep, listing, type Route } from '../http/route.ts'
import type { Draft } from '../store/books.ts'

const path = '/v1/refunds'

const newRefund = {
  amount: positive,
  charge: text,
  payment_intent: text,
  reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer'),
  metadata,
  instructions_email: ignored,
}

export const refundRoutes: readonly Route[] = [
  action({
    method: 'POST',
    path,
    shows: 'refund',
    params: newRefund,
    run: (call, { amount, reason, metadata, charge: chargeId, payment_intent }) => {
      const charge = chargeToRefund(call.draft, chargeId, payment_intent)
      if (!charge.ok) return charge
      const asked = { amount: amount ?? null, reason: reason ?? null, metadata: metadata ?? {} }
      const refund = refundCharge(charge.value, asked, call.draft)
      return refund.ok ? accept(keep(call, refund.value)) : refund
    },
  }),
  listing({
    path,
    of: 'refund',
    params: { charge: text, payment_intent: text },
  }),
  action({
    method: 'GET',
    path: `${path}/:refund`,
    shows: 'refund',
    params: {},
    run: ({ draft }, _, id) => refundAt(draft, id),
  }),
  action({
    method: 'POST',
    path: `${path}/:refund`,
    shows: 'refund',
    params: { metadata },
    run: (call, { metadata }, id) => {
      const refund = refundAt(call.draft, id)
      if (!refund.ok) return refund
      const revised = { ...refund.value, metadata: mergeMetadata(refund.value.metadata ?? {}, metadata) }
      return accept(
        keep(call, {
          shown: revised,
          also: [],
          facts: [
            { type: 'refund.updated', object: revised },
            { type: 'charge.refund.updated', object: revised },
          ],
        }),
      )
    },
  }),
  action({
    method: 'POST',
    path: `${path}/:refund/cancel`,
    shows: 'refund',
    params: {},
    run: (call, _, id) => {
      const refund = refundAt(call.draft, id)
      if (!refund.ok) return refund
      const canceled = cancelRefund(refund.value)
      return canceled.ok ? accept(keep(call, canceled.value)) : canceled
    },
  }),
]

function refundAt(draft: Draft, id: string): Outcome<Stripe.Refund> {
  const refund = draft.find('refund', id)
  return refund ? accept(refund) : refuse(noSuch('refund', id, 'refund', 'path'))
}

function chargeToRefund(
  draft: Draft,
  chargeId: string | undefined,
  intentId: string | undefined,
): Outcome<Stripe.Charge> {
  if (chargeId !== undefined) {
    const charge = draft.find('charge', chargeId)
    return charge ? accept(charge) : refuse(noSuch('charge', chargeId, 'charge', 'param'))
  }
  if (intentId === undefined) {
    return refuse(
      invalidRequest('One of the following params should be provided for this request: payment_intent or charge.', {
        code: 'parameter_missing',
      }),
    )
  }
  const intent = draft.find('payment_intent', intentId)
  if (!intent) return refuse(noSuch('payment_intent', intentId, 'payment_intent', 'param'))
  const charge = draft.find('charge', idOf(intent.latest_charge) ?? '')
  if (intent.status !== 'succeeded' || !charge) {
    return refuse(
      invalidRequest(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, {
        code: 'payment_intent_unexpected_state',
        param: 'payment_intent',
      }),
    )
  }
  return accept(charge)
}
