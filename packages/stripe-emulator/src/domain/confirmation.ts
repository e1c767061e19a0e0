import type Stripe from 'stripe'
import { balanceTransaction } from './balance-transaction.ts'
import { attemptCharge, captureBefore, captured, type PaymentAttempt } from './charge.ts'
import type { ClockAndIds, NewEvent, ScheduledMove } from './objects.ts'
import { accept, type Outcome, refuse, refuseInvalid } from './outcome.ts'
import { cannot, type IntentChange, mayMove, unexpectedState } from './payment-intent.ts'
import { authenticationRequired, cardFingerprinted, type Decline } from './test-cards.ts'

export interface Confirmation {
  /** Null when neither the request nor the intent names one. */
  readonly method: Stripe.PaymentMethod | null
  readonly offSession: boolean
  readonly errorOnRequiresAction: boolean
  /** Where the customer's browser is sent after the challenge. */
  readonly returnUrl: string | null
  /** The page on which the customer passes the challenge of 3D Secure. */
  readonly challengeUrl: string
}

export function confirmIntent(
  intent: Stripe.PaymentIntent,
  { method, offSession, errorOnRequiresAction, returnUrl, challengeUrl }: Confirmation,
  at: ClockAndIds,
): Outcome<IntentChange> {
  if (intent.status === 'succeeded') {
    const message =
      'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
    return refuse(unexpectedState(intent, message))
  }
  if (!mayMove(intent, 'confirm')) return refuse(unexpectedState(intent, cannot('confirm', intent)))
  if (!method) {
    const message =
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken."
    return refuse(unexpectedState(intent, message))
  }

  // Stripe requires it even for cards: with automatic methods any attempt could end on another page.
  const automatic = intent.automatic_payment_methods
  if (automatic?.enabled && automatic.allow_redirects !== 'never' && !returnUrl) {
    return refuseInvalid(
      "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
      { param: 'return_url', payment_intent: intent },
    )
  }
  const attempt = { offSession, authenticated: false }
  if (!needsChallenge(method, offSession)) return accept(pay(intent, method, attempt, at))
  if (offSession || errorOnRequiresAction) {
    return accept(decline(intent, method, attempt, authenticationRequired, at))
  }
  const waiting: Stripe.PaymentIntent = {
    ...intent,
    status: 'requires_action',
    payment_method: method.id,
    last_payment_error: null,
    next_action: returnUrl
      ? { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url: challengeUrl } }
      : { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: challengeUrl } },
  }
  return accept({ shown: waiting, events: [{ type: 'payment_intent.requires_action', object: waiting }] })
}

function needsChallenge(method: Stripe.PaymentMethod, offSession: boolean): boolean {
  switch (cardFingerprinted(method.card?.fingerprint).authentication) {
    case 'never':
      return false
    case 'always':
      return true
    case 'onSession':
      return !offSession
    case 'unlessSetUp':
      return !(offSession && method.customer)
  }
}

/** The customer passed or failed the challenge of 3D Secure. */
export function authenticateIntent(
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  passed: boolean,
  at: ClockAndIds,
): Outcome<IntentChange> {
  if (!mayMove(intent, 'authenticate')) return refuse(unexpectedState(intent, cannot('authenticate', intent)))
  if (passed) return accept(pay(intent, method, { offSession: false, authenticated: true }, at))
  const failed = withoutMethod(intent, {
    type: 'invalid_request_error',
    code: 'payment_intent_authentication_failure',
    doc_url: 'https://stripe.com/docs/error-codes/payment-intent-authentication-failure',
    message:
      'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
    payment_method: method,
  })
  return accept({ shown: failed, events: [{ type: 'payment_intent.payment_failed', object: failed }] })
}

/** Authorises or captures the amount, or is declined, as the card decides. */
function pay(
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  attempt: PaymentAttempt,
  at: ClockAndIds,
): IntentChange {
  const card = cardFingerprinted(method.card?.fingerprint)
  if (card.decline) return decline(intent, method, attempt, card.decline, at)

  const charge = attemptCharge(intent, method, attempt, null, at)
  const attached = attachedForLater(intent, method)
  const attachedEvents: NewEvent[] = attached.map((object) => ({ type: 'payment_method.attached', object }))
  const paying = {
    ...intent,
    payment_method: method.id,
    last_payment_error: null,
    next_action: null,
    latest_charge: charge.id,
  }
  if (intent.capture_method === 'manual') {
    const authorised: Stripe.PaymentIntent = { ...paying, status: 'requires_capture', amount_capturable: intent.amount }
    const expiry: ScheduledMove = {
      object: 'scheduled_move',
      id: intent.id,
      at: captureBefore(charge) ?? at.now,
      move: 'expire_authorization',
    }
    return {
      shown: authorised,
      also: [charge, expiry, ...attached],
      events: [
        ...attachedEvents,
        { type: 'charge.succeeded', object: charge },
        { type: 'payment_intent.amount_capturable_updated', object: authorised },
      ],
    }
  }
  const money = balanceTransaction('charge', charge, intent.amount, at)
  const taken = captured(charge, intent.amount, money)
  const paid: Stripe.PaymentIntent = { ...paying, status: 'succeeded', amount_received: intent.amount }
  return {
    shown: paid,
    also: [taken, money, ...attached],
    events: [
      ...attachedEvents,
      { type: 'charge.succeeded', object: taken },
      { type: 'payment_intent.succeeded', object: paid },
    ],
  }
}

/** `setup_future_usage` attaches the method to the customer once a payment with it succeeded. */
const attachedForLater = (intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod): Stripe.PaymentMethod[] =>
  intent.setup_future_usage && intent.customer && !method.customer
    ? [{ ...method, customer: intent.customer as string }]
    : []

function decline(
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  attempt: PaymentAttempt,
  reason: Decline,
  at: ClockAndIds,
): IntentChange {
  const charge = attemptCharge(intent, method, attempt, reason, at)
  const { blocked: _, ...facts } = reason
  const error = { type: 'card_error' as const, ...facts, charge: charge.id, payment_method: method }
  const doc_url = `https://stripe.com/docs/error-codes/${reason.code.replaceAll('_', '-')}`
  const failed = { ...withoutMethod(intent, { ...error, doc_url }), latest_charge: charge.id }
  return {
    shown: failed,
    also: [charge],
    events: [
      { type: 'charge.failed', object: charge },
      { type: 'payment_intent.payment_failed', object: failed },
    ],
    declined: { ...error, status: 402, payment_intent: failed },
  }
}

const withoutMethod = (
  intent: Stripe.PaymentIntent,
  error: Stripe.PaymentIntent.LastPaymentError,
): Stripe.PaymentIntent => ({
  ...intent,
  status: 'requires_payment_method',
  payment_method: null,
  next_action: null,
  last_payment_error: error,
})
