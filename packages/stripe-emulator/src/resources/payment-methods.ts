import type Stripe from 'stripe'
import { invalidRequest, noSuch } from '../domain/errors.ts'
import { type ApiError, accept, type Outcome, refuse } from '../domain/outcome.ts'
import { storeCard } from '../domain/payment-method.ts'
import { cardNamed, cardNumbered, type TestCard } from '../domain/test-cards.ts'
import { ignored, integer, mapOf, metadata, oneOf, type Read, required, text } from '../http/params.ts'
import { action, listing, type Route } from '../http/route.ts'
import type { Draft } from '../store/books.ts'
import { publish } from '../webhooks/publish.ts'

const path = '/v1/payment_methods'

const cardParams = mapOf({ number: text, token: text, exp_month: integer, exp_year: integer, cvc: text })

/** `payment_method_data` of a PaymentIntent, and the body of a new payment method. */
export const methodData = {
  type: required(oneOf('card')),
  card: cardParams,
  billing_details: ignored,
  allow_redisplay: ignored,
  metadata,
}

/** The method that a parameter names: a stored one, or a new one for a `pm_card_…` name, which is not kept yet. */
export function methodNamed(draft: Draft, name: string): Outcome<Stripe.PaymentMethod> {
  const stored = draft.find('payment_method', name)
  if (stored) return accept(stored)
  const card = name.startsWith('pm_card_') ? cardNamed(name) : undefined
  return card ? accept(storeCard(card, {}, draft)) : refuse(noSuch('PaymentMethod', name, 'payment_method', 'param'))
}

/** A new method, which is not kept yet. */
export function methodFrom(draft: Draft, data: Read<typeof methodData>): Outcome<Stripe.PaymentMethod> {
  const card = cardIn(data.card)
  return card.ok ? accept(storeCard(card.value, data.metadata ?? {}, draft)) : card
}

function cardIn(data: Read<typeof methodData>['card']): Outcome<TestCard> {
  if (data?.token) {
    const card = cardNamed(data.token)
    return card ? accept(card) : refuse(noSuch('token', data.token, 'card[token]', 'param'))
  }
  if (!data?.number) {
    return refuse(
      invalidRequest('Missing required param: card[number].', { code: 'parameter_missing', param: 'card[number]' }),
    )
  }
  const card = cardNumbered(data.number.replaceAll(' ', ''))
  return card ? accept(card) : refuse(incorrectNumber)
}

const incorrectNumber: ApiError = {
  status: 402,
  type: 'card_error',
  code: 'incorrect_number',
  message: 'Your card number is incorrect.',
  param: 'number',
}

const attachment = { customer: required(text) }

export const paymentMethodRoutes: readonly Route[] = [
  action({
    method: 'POST',
    path,
    shows: 'payment_method',
    params: methodData,
    run: ({ draft }, params) => {
      const method = methodFrom(draft, params)
      if (method.ok) draft.put(method.value)
      return method
    },
  }),
  listing({
    path,
    of: 'payment_method',
    params: { customer: text, type: oneOf('card') },
  }),
  action({
    method: 'GET',
    path: `${path}/:method`,
    shows: 'payment_method',
    params: {},
    run: ({ draft }, _, id) => {
      const method = draft.find('payment_method', id)
      return method ? accept(method) : refuse(noSuch('PaymentMethod', id, 'payment_method', 'path'))
    },
  }),
  action({
    method: 'POST',
    path: `${path}/:method/attach`,
    shows: 'payment_method',
    params: attachment,
    run: ({ draft, cause }, { customer }, id) => {
      const method = methodNamed(draft, id)
      if (!method.ok) return refuse(noSuch('PaymentMethod', id, 'payment_method', 'path'))
      if (!draft.find('customer', customer)) return refuse(noSuch('customer', customer, 'customer', 'param'))
      if (method.value.customer && method.value.customer !== customer) {
        return refuse(
          invalidRequest(
            'The payment method you provided has already been attached to a customer. To attach it to another customer, detach it first.',
            { code: 'payment_method_unexpected_state' },
          ),
        )
      }
      const attached: Stripe.PaymentMethod = { ...method.value, customer }
      draft.put(attached)
      publish(draft, [{ type: 'payment_method.attached', object: attached }], cause)
      return accept(attached)
    },
  }),
  action({
    method: 'POST',
    path: `${path}/:method/detach`,
    shows: 'payment_method',
    params: {},
    run: ({ draft, cause }, _, id) => {
      const method = draft.find('payment_method', id)
      if (!method) return refuse(noSuch('PaymentMethod', id, 'payment_method', 'path'))
      if (!method.customer) {
        return refuse(
          invalidRequest('The payment method you provided is not attached to a customer so detachment is impossible.', {
            code: 'payment_method_unexpected_state',
          }),
        )
      }
      const detached: Stripe.PaymentMethod = { ...method, customer: null }
      draft.put(detached)
      publish(
        draft,
        [{ type: 'payment_method.detached', object: detached, previous: { customer: method.customer } }],
        cause,
      )
      return accept(detached)
    },
  }),
]
