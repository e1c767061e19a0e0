import type Stripe from 'stripe'
import { movement } from './balance-transaction.ts'
import { captureBefore, captured, released } from './charge.ts'
import { invalidRequest } from './errors.ts'
import { type Metadata, mergeMetadata } from './metadata.ts'
import { chargeable } from './money.ts'
import type { Change, Moment } from './objects.ts'
import { type ApiError, accept, type Outcome, refuse } from './outcome.ts'

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

/** A changed intent with what came of it; `declined` is answered instead of the intent, and the change is kept all the same. */
export interface IntentChange extends Change<Stripe.PaymentIntent> {
  readonly declined?: ApiError
}

export interface NewIntent {
  readonly amount: number
  readonly currency: string
  readonly capture_method: 'automatic' | 'automatic_async' | 'manual'
  readonly customer: string | null
  readonly metadata: Metadata
  readonly description: string | null
  readonly receipt_email: string | null
  readonly setup_future_usage: 'on_session' | 'off_session' | null
  readonly statement_descriptor: string | null
  readonly statement_descriptor_suffix: string | null
  readonly transfer_group: string | null
  readonly allowed_payment_method_types: readonly 'card'[] | null
  readonly automatic_payment_methods: { enabled: boolean; allow_redirects: 'always' | 'never' } | null
}

export function createIntent(asked: NewIntent, method: Stripe.PaymentMethod | null, at: Moment): Outcome<IntentChange> {
  const sum = chargeable(asked.amount, asked.currency)
  if (!sum.ok) return sum
  const id = at.id('pi')
  const intent: Stripe.PaymentIntent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: asked.allowed_payment_method_types && [...asked.allowed_payment_method_types],
    amount: asked.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: asked.automatic_payment_methods,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: asked.capture_method,
    client_secret: `${id}_secret_${at.id('').slice(1)}`,
    confirmation_method: 'automatic',
    created: at.now,
    currency: asked.currency,
    customer: asked.customer,
    customer_account: null,
    description: asked.description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: asked.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: method?.id ?? null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: asked.receipt_email,
    review: null,
    setup_future_usage: asked.setup_future_usage,
    shipping: null,
    source: null,
    statement_descriptor: asked.statement_descriptor,
    statement_descriptor_suffix: asked.statement_descriptor_suffix,
    status: method ? 'requires_confirmation' : 'requires_payment_method',
    transfer_data: null,
    transfer_group: asked.transfer_group,
  }
  return accept({ shown: intent, also: [], facts: [{ type: 'payment_intent.created', object: intent }] })
}

/** What may be said about an intent at any time. */
export interface Remarks {
  readonly metadata?: Metadata | null | undefined
  readonly description?: string | null | undefined
  readonly receipt_email?: string | null | undefined
  readonly statement_descriptor?: string | null | undefined
  readonly statement_descriptor_suffix?: string | null | undefined
  readonly transfer_group?: string | null | undefined
}

/** What may be changed only until the intent is confirmed, because the payment depends on it. */
export interface Terms {
  readonly amount?: number | undefined
  readonly currency?: string | undefined
  readonly customer?: string | undefined
  readonly capture_method?: NewIntent['capture_method'] | undefined
  readonly setup_future_usage?: NewIntent['setup_future_usage'] | undefined
  readonly payment_method?: string | undefined
}

export function reviseIntent(intent: Stripe.PaymentIntent, remarks: Remarks, terms: Terms): Outcome<IntentChange> {
  const { metadata, ...said } = remarks
  const remarked = { ...intent, ...given(said), metadata: mergeMetadata(intent.metadata, metadata) }
  const changed = given(terms)
  const [first] = Object.keys(changed)
  if (first === undefined) return accept({ shown: remarked, also: [], facts: [] })

  if (!mayMove(intent, 'revise')) {
    return refuse(
      unexpectedState(
        intent,
        `This PaymentIntent's ${first} could not be updated because it has a status of ${intent.status}. You may only update the ${first} of a PaymentIntent with one of the following statuses: ${moves.revise.from.join(', ')}.`,
      ),
    )
  }
  const revised: Stripe.PaymentIntent = { ...remarked, ...changed, next_action: null }
  const sum = chargeable(revised.amount, revised.currency)
  if (!sum.ok) return sum
  const status: IntentState = revised.payment_method ? 'requires_confirmation' : 'requires_payment_method'
  return accept({ shown: { ...revised, status }, also: [], facts: [] })
}

/** Takes all or part of the reserved amount, once; null takes all. */
export function captureIntent(
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge | undefined,
  asked: { amount: number | null; metadata?: Metadata | null | undefined },
  at: Moment,
): Outcome<IntentChange> {
  if (!mayMove(intent, 'capture') || !charge) {
    return refuse(
      unexpectedState(
        intent,
        intent.status === 'succeeded'
          ? 'This PaymentIntent could not be captured because it has already been captured.'
          : `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: ${moves.capture.from.join(', ')}.`,
      ),
    )
  }
  // The sweep that cancels it may be late; the guard is not.
  if (at.now >= (captureBefore(charge) ?? Number.POSITIVE_INFINITY)) {
    return refuse(
      invalidRequest(`Charge ${charge.id} could not be captured because its authorization has expired.`, {
        code: 'charge_expired_for_capture',
        payment_intent: intent,
      }),
    )
  }
  const amount = asked.amount ?? intent.amount_capturable
  if (amount > intent.amount_capturable) {
    return refuse(
      invalidRequest('The requested capture amount is greater than the authorized amount.', {
        code: 'amount_too_large',
        param: 'amount_to_capture',
      }),
    )
  }
  const money = movement('charge', charge, amount, at)
  const taken = captured(charge, amount, money)
  const paid: Stripe.PaymentIntent = {
    ...intent,
    status: 'succeeded',
    amount_capturable: 0,
    amount_received: amount,
    metadata: mergeMetadata(intent.metadata, asked.metadata),
  }
  return accept({
    shown: paid,
    also: [taken, money],
    facts: [
      { type: 'charge.captured', object: taken },
      { type: 'payment_intent.succeeded', object: paid },
    ],
  })
}

export type CancellationReason = 'duplicate' | 'fraudulent' | 'requested_by_customer' | 'abandoned'

/** Ends the intent; money reserved for it goes back. */
export function cancelIntent(
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge | undefined,
  reason: CancellationReason | null,
  at: Moment,
): Outcome<IntentChange> {
  if (!mayMove(intent, 'cancel')) return refuse(unexpectedState(intent, cannot('cancel', intent)))
  return accept(ended(intent, charge, reason, 'charge.refunded', at))
}

/** The issuer takes the reservation back because nobody captured it in time. */
export function expireIntent(
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge | undefined,
  at: Moment,
): Outcome<IntentChange> {
  if (!mayMove(intent, 'expire')) return refuse(unexpectedState(intent, cannot('expire', intent)))
  return accept(ended(intent, charge, 'automatic', 'charge.expired', at))
}

function ended(
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge | undefined,
  reason: CancellationReason | 'automatic' | null,
  chargeFact: 'charge.refunded' | 'charge.expired',
  at: Moment,
): IntentChange {
  const canceled: Stripe.PaymentIntent = {
    ...intent,
    status: 'canceled',
    amount_capturable: 0,
    canceled_at: at.now,
    cancellation_reason: reason,
    next_action: null,
  }
  const freed = charge && intent.status === 'requires_capture' ? released(charge) : undefined
  return {
    shown: canceled,
    also: freed ? [freed] : [],
    facts: [
      ...(freed ? [{ type: chargeFact, object: freed }] : []),
      { type: 'payment_intent.canceled', object: canceled },
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

/** Without the members that were not given. */
function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
