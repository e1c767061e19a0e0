import type Stripe from 'stripe'
import { balanceTransaction } from './balance-transaction.ts'
import { captureBefore, captured, released } from './charge.ts'
import { type Metadata, mergeMetadata } from './metadata.ts'
import { chargeable } from './money.ts'
import { type Change, type ClockAndIds, defined, nulls } from './objects.ts'
import { type ApiError, accept, invalidRequest, type Outcome, refuse, refuseInvalid } from './outcome.ts'

export const intentStates = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
  'processing',
  'requires_capture',
  'succeeded',
  'canceled',
] as const

export type IntentState = (typeof intentStates)[number]

const beforeConfirmation = ['requires_payment_method', 'requires_confirmation', 'requires_action'] as const

/**
 * Every legal move of a PaymentIntent. What is not here cannot happen.
 * `processing` has a way out but none in: it belongs to payment methods that take days, and cards do not.
 */
export const moves = {
  revise: { from: beforeConfirmation, to: ['requires_payment_method', 'requires_confirmation'] },
  confirm: {
    from: beforeConfirmation,
    to: ['requires_action', 'requires_capture', 'succeeded', 'requires_payment_method'],
  },
  authenticate: { from: ['requires_action'], to: ['requires_capture', 'succeeded', 'requires_payment_method'] },
  capture: { from: ['requires_capture'], to: ['succeeded'] },
  cancel: { from: [...beforeConfirmation, 'requires_capture', 'processing'], to: ['canceled'] },
  expire: { from: ['requires_capture'], to: ['canceled'] },
} as const satisfies Record<string, { from: readonly IntentState[]; to: readonly IntentState[] }>

export type Move = keyof typeof moves

export const mayMove = (intent: Stripe.PaymentIntent, move: Move): boolean =>
  (moves[move].from as readonly string[]).includes(intent.status)

/** A changed intent. `declined` is answered instead of it, and the change is stored all the same. */
export interface IntentChange extends Change<Stripe.PaymentIntent> {
  readonly declined?: ApiError
}

type Given<Name extends keyof Stripe.PaymentIntent> = {
  readonly [K in Name]?: Stripe.PaymentIntent[K] | undefined
}
type Texts = 'description' | 'receipt_email' | 'statement_descriptor' | 'statement_descriptor_suffix' | 'transfer_group'

/** What may be changed at any time. */
export interface IntentDetails extends Given<Texts> {
  readonly metadata?: Metadata | null | undefined
}

/** What may be changed only until the intent is confirmed, because the payment depends on it. */
export type PaymentTerms = Given<
  'amount' | 'currency' | 'customer' | 'capture_method' | 'setup_future_usage' | 'payment_method'
>

export interface NewIntent extends IntentDetails, Given<'customer' | 'capture_method' | 'setup_future_usage'> {
  readonly amount: number
  readonly currency: string
  readonly allowed_payment_method_types?: readonly 'card'[] | null | undefined
  readonly automatic_payment_methods: { enabled: boolean; allow_redirects: 'always' | 'never' } | null
}

export function createIntent(
  { amount, currency, metadata, allowed_payment_method_types, ...requested }: NewIntent,
  method: Stripe.PaymentMethod | null,
  at: ClockAndIds,
): Outcome<IntentChange> {
  const sum = chargeable(amount, currency)
  if (!sum.ok) return sum
  const id = at.id('pi')
  const intent: Stripe.PaymentIntent = {
    ...nulls('application', 'application_fee_amount', 'canceled_at', 'cancellation_reason', 'customer_account'),
    ...nulls('customer', 'description', 'receipt_email', 'setup_future_usage', 'transfer_group'),
    ...nulls('statement_descriptor', 'statement_descriptor_suffix'),
    ...nulls('excluded_payment_method_types', 'last_payment_error', 'latest_charge', 'managed_payments', 'next_action'),
    ...nulls('on_behalf_of', 'payment_method_configuration_details', 'payment_record', 'processing', 'review'),
    ...nulls('shipping', 'source', 'transfer_data'),
    automatic_payment_methods: null,
    capture_method: 'automatic_async',
    ...defined(requested),
    id,
    object: 'payment_intent',
    allowed_payment_method_types: allowed_payment_method_types ? [...allowed_payment_method_types] : null,
    amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    client_secret: `${id}_secret_${at.id('').slice(1)}`,
    confirmation_method: 'automatic',
    created: at.now,
    currency,
    livemode: false,
    metadata: metadata ?? {},
    payment_method: method?.id ?? null,
    payment_method_options: {
      card: { ...nulls('installments', 'mandate_options', 'network'), request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    status: method ? 'requires_confirmation' : 'requires_payment_method',
  }
  return accept({ shown: intent, events: [{ type: 'payment_intent.created', object: intent }] })
}

export function reviseIntent(
  intent: Stripe.PaymentIntent,
  { metadata, ...details }: IntentDetails,
  terms: PaymentTerms,
): Outcome<IntentChange> {
  const described = { ...intent, ...defined(details), metadata: mergeMetadata(intent.metadata, metadata) }
  const changed = defined(terms)
  const [first] = Object.keys(changed)
  if (first === undefined) return accept({ shown: described })

  if (!mayMove(intent, 'revise')) {
    const message = `This PaymentIntent's ${first} could not be updated because it has a status of ${intent.status}. You may only update the ${first} of a PaymentIntent with one of the following statuses: ${moves.revise.from.join(', ')}.`
    return refuse(unexpectedState(intent, message))
  }
  const revised: Stripe.PaymentIntent = { ...described, ...changed, next_action: null }
  const sum = chargeable(revised.amount, revised.currency)
  if (!sum.ok) return sum
  const status: IntentState = revised.payment_method ? 'requires_confirmation' : 'requires_payment_method'
  return accept({ shown: { ...revised, status } })
}

/** Takes all or part of the authorised amount, once; null takes all. */
export function captureIntent(
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge | undefined,
  requested: { amount: number | null; metadata?: Metadata | null | undefined },
  at: ClockAndIds,
): Outcome<IntentChange> {
  if (!mayMove(intent, 'capture') || !charge) {
    const because =
      intent.status === 'succeeded'
        ? 'it has already been captured.'
        : `it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: ${moves.capture.from.join(', ')}.`
    return refuse(unexpectedState(intent, `This PaymentIntent could not be captured because ${because}`))
  }
  // The timer that cancels it may be late; this check is not.
  if (at.now >= (captureBefore(charge) ?? Number.POSITIVE_INFINITY)) {
    return refuseInvalid(`Charge ${charge.id} could not be captured because its authorization has expired.`, {
      code: 'charge_expired_for_capture',
      payment_intent: intent,
    })
  }
  const amount = requested.amount ?? intent.amount_capturable
  if (amount > intent.amount_capturable) {
    return refuseInvalid('The requested capture amount is greater than the authorized amount.', {
      code: 'amount_too_large',
      param: 'amount_to_capture',
    })
  }
  const money = balanceTransaction('charge', charge, amount, at)
  const taken = captured(charge, amount, money)
  const paid: Stripe.PaymentIntent = {
    ...intent,
    status: 'succeeded',
    amount_capturable: 0,
    amount_received: amount,
    metadata: mergeMetadata(intent.metadata, requested.metadata),
  }
  return accept({
    shown: paid,
    also: [taken, money],
    events: [
      { type: 'charge.captured', object: taken },
      { type: 'payment_intent.succeeded', object: paid },
    ],
  })
}

export type CancellationReason = 'duplicate' | 'fraudulent' | 'requested_by_customer' | 'abandoned'

/** Ends the intent; an authorised amount is released. */
export function cancelIntent(
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge | undefined,
  reason: CancellationReason | null,
  at: ClockAndIds,
): Outcome<IntentChange> {
  if (!mayMove(intent, 'cancel')) return refuse(unexpectedState(intent, cannot('cancel', intent)))
  return accept(canceled(intent, charge, reason, 'charge.refunded', at))
}

/** The issuer ends the authorisation because it was not captured in time. */
export function expireIntent(
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge | undefined,
  at: ClockAndIds,
): Outcome<IntentChange> {
  if (!mayMove(intent, 'expire')) return refuse(unexpectedState(intent, cannot('expire', intent)))
  return accept(canceled(intent, charge, 'automatic', 'charge.expired', at))
}

function canceled(
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge | undefined,
  reason: CancellationReason | 'automatic' | null,
  chargeEvent: 'charge.refunded' | 'charge.expired',
  at: ClockAndIds,
): IntentChange {
  const ended: Stripe.PaymentIntent = {
    ...intent,
    status: 'canceled',
    amount_capturable: 0,
    canceled_at: at.now,
    cancellation_reason: reason,
    next_action: null,
  }
  const freed = charge && intent.status === 'requires_capture' ? [released(charge)] : []
  return {
    shown: ended,
    also: freed,
    events: [
      ...freed.map((object) => ({ type: chargeEvent, object })),
      { type: 'payment_intent.canceled', object: ended },
    ],
  }
}

const pastTense = {
  confirm: 'confirmed',
  cancel: 'canceled',
  authenticate: 'authenticated',
  expire: 'expired',
} as const

/** Why a move is refused, in Stripe's words. */
export const cannot = (move: keyof typeof pastTense, intent: Stripe.PaymentIntent): string =>
  `You cannot ${move} this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be ${pastTense[move]}: ${moves[move].from.join(', ')}.`

/** The refusal of a move that the table does not have. */
export const unexpectedState = (intent: Stripe.PaymentIntent, message: string): ApiError =>
  invalidRequest(message, { code: 'payment_intent_unexpected_state', payment_intent: intent })
