import { histogram, type Log, withTimeout } from '@holdfast/service/process'
import Stripe from 'stripe'
import { type Answer, type Call, type Intent, intentStatus } from '../domain/next.ts'
import type { Payment } from '../domain/payment.ts'

/** Asks Stripe about one payment and waits at most `budgetMs`. Never throws for what Stripe or the way to it does. */
export type AskStripe = (call: Call, payment: Payment, budgetMs: number) => Promise<Answer>

const calls = histogram('stripe_call_seconds', 'Calls to Stripe', ['call', 'answer'])

export function askStripe({ stripe, log, returnUrl }: { stripe: Stripe; log: Log; returnUrl(): string }): AskStripe {
  const { paymentIntents } = stripe

  const create = async (payment: Payment, timeout: number): Promise<Answer> => {
    try {
      const intent = await paymentIntents.create(
        {
          amount: payment.amount.amountMinor,
          currency: payment.amount.currency.toLowerCase(),
          capture_method: 'manual',
          confirm: true,
          payment_method: payment.paymentMethodId,
          allowed_payment_method_types: ['card'],
          return_url: returnUrl(),
          metadata: { booking_id: payment.bookingId, payment_id: payment.id, attempt: payment.attempt },
        },
        { idempotencyKey: `${payment.id}:create`, timeout },
      )
      return known(intent)
    } catch (err) {
      if (err instanceof Stripe.errors.StripeCardError) {
        return err.payment_intent ? known(err.payment_intent) : { kind: 'REFUSED', code: codeOf(err) }
      }
      // A request that Stripe does not accept as it is was not executed.
      if (err instanceof Stripe.errors.StripeInvalidRequestError) return { kind: 'REFUSED', code: codeOf(err) }
      // Stripe repeats a stored failure for its key for a day, so asking again says nothing new: look instead.
      if (saysNothingNew(err)) {
        note('create', err)
        return find(payment, timeout)
      }
      throw err
    }
  }

  const find = async (payment: Payment, timeout: number): Promise<Answer> => {
    const { data } = await paymentIntents.search({ query: `metadata['payment_id']:'${payment.id}'` }, { timeout })
    return data[0] ? known(data[0]) : { kind: 'ABSENT' }
  }

  const retrieve = async (payment: Payment, timeout: number): Promise<Answer> =>
    payment.intentId === null
      ? find(payment, timeout)
      : known(await paymentIntents.retrieve(payment.intentId, {}, { timeout }))

  /** A change that the intent's state no longer allows is answered by what the intent is now. */
  const change =
    (make: (intentId: string, payment: Payment, options: Stripe.RequestOptions) => Promise<Stripe.PaymentIntent>) =>
    async (payment: Payment, timeout: number): Promise<Answer> => {
      if (payment.intentId === null) return find(payment, timeout)
      try {
        return known(await make(payment.intentId, payment, { timeout }))
      } catch (err) {
        if (isInvalid(err) || err instanceof Stripe.errors.StripeCardError) return retrieve(payment, timeout)
        throw err
      }
    }

  // Their keys hold only for one try: the intent's own state keeps these from happening twice, and with one key for all
  // tries a failure that Stripe stored would come back for a day.
  const capture = change((intentId, payment, options) => {
    if (payment.wanted?.kind !== 'CAPTURE') throw new Error('nobody wants this payment captured')
    return paymentIntents.capture(
      intentId,
      { amount_to_capture: payment.wanted.amountMinor },
      { ...options, idempotencyKey: `${payment.id}:capture:${payment.tries}` },
    )
  })
  const cancel = change((intentId, payment, options) =>
    paymentIntents.cancel(intentId, {}, { ...options, idempotencyKey: `${payment.id}:cancel:${payment.tries}` }),
  )

  /** Of what Stripe's client throws only this may be logged: its errors carry payment methods and client secrets. */
  const note = (call: Call, err: unknown) => {
    const { type, code, statusCode, requestId } = err instanceof Stripe.errors.StripeError ? err : {}
    const message = err instanceof Stripe.errors.StripeError ? undefined : String(err)
    log.warn({ stripe: { call, type, code, statusCode, requestId, message } }, 'stripe did not say')
  }

  const operations = { create, find, retrieve, capture, cancel }
  return async (call, payment, budgetMs) => {
    const stop = calls.startTimer({ call })
    const answer = await withTimeout(budgetMs, 'stripe', operations[call](payment, budgetMs)).catch(
      (err: unknown): Answer => {
        note(call, err)
        return { kind: 'UNKNOWN' }
      },
    )
    stop({ answer: answer.kind })
    return answer
  }
}

const isInvalid = (err: unknown) => err instanceof Stripe.errors.StripeInvalidRequestError

// Not a 409: then the first request with this key is still under way.
const saysNothingNew = (err: unknown) =>
  err instanceof Stripe.errors.StripeIdempotencyError ||
  (err instanceof Stripe.errors.StripeAPIError && (err.statusCode ?? 0) >= 500)

const codeOf = (err: Stripe.errors.StripeError) => err.decline_code ?? err.code ?? 'invalid_request'

const known = (intent: Stripe.PaymentIntent): Answer => ({ kind: 'INTENT', intent: toIntent(intent) })

/** What of Stripe's object decides anything; nothing else of it goes further into this process. */
export const toIntent = (intent: Stripe.PaymentIntent): Intent => ({
  id: intent.id,
  status: intentStatus(intent.status),
  receivedMinor: intent.amount_received,
  failure: intent.last_payment_error?.decline_code ?? intent.last_payment_error?.code ?? null,
  challenge:
    intent.status === 'requires_action' && intent.client_secret !== null
      ? { clientSecret: intent.client_secret, redirectUrl: intent.next_action?.redirect_to_url?.url ?? null }
      : null,
})
