import type Stripe from 'stripe'
import { list } from '../api/list.ts'
import { ignored, integer, mapOf, metadata, oneOf, required, text, type Values } from '../api/params.ts'
import { change, create, type Route, retrieve } from '../api/route.ts'
import { type ApiError, accept, andThen, type Outcome, refuse, refuseInvalid } from '../domain/outcome.ts'
import { attach, createPaymentMethod, detach } from '../domain/payment-method.ts'
import { cardNamed, cardNumbered, type TestCard } from '../domain/test-cards.ts'
import { existing, type Transaction } from '../store/store.ts'

/** `payment_method_data` of a PaymentIntent, and the body of a new payment method. */
export const paymentMethodData = {
  type: required(oneOf('card')),
  card: mapOf({ number: text, token: text, exp_month: integer, exp_year: integer, cvc: text }),
  billing_details: ignored,
  allow_redisplay: ignored,
  metadata,
}

type PaymentMethodData = Values<typeof paymentMethodData>

/** The stored method with this id, or a new one for a name like `pm_card_visa`, which is not stored yet. */
export function methodNamed(tx: Transaction, name: string, param?: string): Outcome<Stripe.PaymentMethod> {
  const stored = existing(tx, 'payment_method', name, param)
  const card = !stored.ok && name.startsWith('pm_card_') ? cardNamed(name) : undefined
  return card ? accept(createPaymentMethod(card, {}, tx)) : stored
}

/** A new method, which is not stored yet. */
export const methodFrom = (tx: Transaction, { card, metadata }: PaymentMethodData): Outcome<Stripe.PaymentMethod> =>
  andThen(cardFrom(card), (card) => accept(createPaymentMethod(card, metadata ?? {}, tx)))

function cardFrom(data: PaymentMethodData['card']): Outcome<TestCard> {
  if (data?.token) {
    const card = cardNamed(data.token)
    if (card) return accept(card)
    return refuseInvalid(`No such token: '${data.token}'`, { code: 'resource_missing', param: 'card[token]' })
  }
  if (!data?.number) {
    const param = 'card[number]'
    return refuseInvalid(`Missing required param: ${param}.`, { code: 'parameter_missing', param })
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

export const paymentMethodRoutes: readonly Route[] = [
  create('payment_method', paymentMethodData, (values, { tx }) =>
    andThen(methodFrom(tx, values), (shown) => accept({ shown })),
  ),
  list('payment_method', { customer: text, type: oneOf('card') }),
  retrieve('payment_method'),
  change(
    'payment_method',
    'attach',
    { customer: required(text) },
    (method, { customer }, { tx }) =>
      andThen(existing(tx, 'customer', customer, 'customer'), () => attach(method, customer)),
    methodNamed,
  ),
  change('payment_method', 'detach', {}, detach),
]
