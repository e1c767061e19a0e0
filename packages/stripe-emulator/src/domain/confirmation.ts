import type Stripe from 'stripe'
import { movement } from './balance-transaction.ts'
import { attemptCharge, captureBefore, captured } from './charge.ts'
import { invalidRequest } from './errors.ts'
import type { Appointment, Fact, Moment } from './objects.ts'
import { accept, type Outcome, refuse } from './outcome.ts'
import { cannot, type IntentChange, mayMove, unexpectedState } from './payment-intent.ts'
import { authenticationRequired, cardFingerprinted, type Decline } from './test-cards.ts'

export interface Confirmation {
  /** Null when neither the request nor the intent names one. */
  readonly method: Stripe.PaymentMethod | null
  readonly offSession: boolean
  readonly errorOnRequiresAction: boolean
  /** Where the holder's browser is sent after the challenge. */
  readonly returnUrl: string | null
  /** The page on which the holder proves who they are. */
  readonly challengeUrl: string
}

export function confirmIntent(intent: Stripe.PaymentIntent, asked: Confirmation, at: Moment): Outcome<IntentChange> {
  if (intent.status === 'succeeded' || intent.status === 'requires_capture') {
    return refuse(
      unexpectedState(
        intent,
        intent.status === 'succeeded'
          ? 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
          : cannot('confirm', intent),
      ),
    )
  }
  if (!mayMove(intent, 'confirm')) return refuse(unexpectedState(intent, cannot('confirm', intent)))
  const { method } = asked
  if (!method) {
    return refuse(
      unexpectedState(
        intent,
        "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
      ),
    )
  }

  // Stripe asks for it even of cards: with automatic methods any attempt could end on another page.
  const automatic = intent.automatic_payment_methods
  if (automatic?.enabled && automatic.allow_redirects !== 'never' && !asked.returnUrl) {
    return refuse(
      invalidRequest(
        "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
        { param: 'return_url', payment_intent: intent },
      ),
    )
  }
  if (!needsHolder(method, asked.offSession)) {
    return accept(attempt(intent, method, { offSession: asked.offSession, authenticated: false }, at))
  }
  if (asked.offSession || asked.errorOnRequiresAction) {
    const unproven = { offSession: asked.offSession, authenticated: false }
    return accept(declinedAttempt(intent, method, unproven, authenticationRequired, at))
  }
  const waiting: Stripe.PaymentIntent = {
    ...intent,
    status: 'requires_action',
    payment_method: method.id,
    last_payment_error: null,
    next_action: asked.returnUrl
      ? { type: 'redirect_to_url', redirect_to_url: { return_url: asked.returnUrl, url: asked.challengeUrl } }
      : { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: asked.challengeUrl } },
  }
  return accept({ shown: waiting, also: [], facts: [{ type: 'payment_intent.requires_action', object: waiting }] })
}

function needsHolder(method: Stripe.PaymentMethod, offSession: boolean): boolean {
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

/** The holder's answer to the challenge of 3D Secure. */
export function authenticateIntent(
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  proven: boolean,
  at: Moment,
): Outcome<IntentChange> {
  if (!mayMove(intent, 'authenticate')) return refuse(unexpectedState(intent, cannot('authenticate', intent)))
  if (proven) return accept(attempt(intent, method, { offSession: false, authenticated: true }, at))
  const failed = withFailure(intent, {
    type: 'invalid_request_error',
    code: 'payment_intent_authentication_failure',
    doc_url: 'https://stripe.com/docs/error-codes/payment-intent-authentication-failure',
    message:
      'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
    payment_method: method,
  })
  return accept({ shown: failed, also: [], facts: [{ type: 'payment_intent.payment_failed', object: failed }] })
}

interface Circumstances {
  readonly offSession: boolean
  readonly authenticated: boolean
}

function attempt(
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  how: Circumstances,
  at: Moment,
): IntentChange {
  const { decline } = cardFingerprinted(method.card?.fingerprint)
  if (decline) return declinedAttempt(intent, method, how, decline, at)

  const reserved = attemptCharge(intent, method, how, null, at)
  const attached = keptForLater(intent, method)
  const paying = {
    ...intent,
    payment_method: method.id,
    last_payment_error: null,
    next_action: null,
    latest_charge: reserved.id,
  }
  if (intent.capture_method === 'manual') {
    const authorized: Stripe.PaymentIntent = { ...paying, status: 'requires_capture', amount_capturable: intent.amount }
    const until: Appointment = {
      object: 'appointment',
      id: intent.id,
      at: captureBefore(reserved) ?? at.now,
      what: 'expire_authorization',
    }
    return {
      shown: authorized,
      also: [reserved, until, ...attached.also],
      facts: [
        ...attached.facts,
        { type: 'charge.succeeded', object: reserved },
        { type: 'payment_intent.amount_capturable_updated', object: authorized },
      ],
    }
  }
  const money = movement('charge', reserved, intent.amount, at)
  const taken = captured(reserved, intent.amount, money)
  const paid: Stripe.PaymentIntent = { ...paying, status: 'succeeded', amount_received: intent.amount }
  return {
    shown: paid,
    also: [taken, money, ...attached.also],
    facts: [
      ...attached.facts,
      { type: 'charge.succeeded', object: taken },
      { type: 'payment_intent.succeeded', object: paid },
    ],
  }
}

/** `setup_future_usage` attaches the method to the customer once a payment with it went through. */
function keptForLater(
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
): { also: Stripe.PaymentMethod[]; facts: Fact[] } {
  if (!intent.setup_future_usage || !intent.customer || method.customer) return { also: [], facts: [] }
  const attached: Stripe.PaymentMethod = { ...method, customer: intent.customer as string }
  return { also: [attached], facts: [{ type: 'payment_method.attached', object: attached }] }
}

function declinedAttempt(
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  how: Circumstances,
  decline: Decline,
  at: Moment,
): IntentChange {
  const charge = attemptCharge(intent, method, how, decline, at)
  const said = {
    type: 'card_error' as const,
    code: decline.code,
    ...(decline.decline_code && { decline_code: decline.decline_code }),
    message: decline.message,
    charge: charge.id,
  }
  const failed = {
    ...withFailure(intent, {
      ...said,
      doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll('_', '-')}`,
      payment_method: method,
    }),
    latest_charge: charge.id,
  }
  return {
    shown: failed,
    also: [charge],
    facts: [
      { type: 'charge.failed', object: charge },
      { type: 'payment_intent.payment_failed', object: failed },
    ],
    declined: { status: 402, ...said, payment_intent: failed, payment_method: method },
  }
}

const withFailure = (
  intent: Stripe.PaymentIntent,
  failure: Stripe.PaymentIntent.LastPaymentError,
): Stripe.PaymentIntent => ({
  ...intent,
  status: 'requires_payment_method',
  payment_method: null,
  next_action: null,
  last_payment_error: failure,
})
