import { histogram, type Log, withTimeout } from '@holdfast/service/process'
import Stripe from 'stripe'
import { intentStatus, type PaymentIntent, type StripeAnswer, type StripeCall } from '../domain/next-step.ts'
import type { Payment } from '../domain/payment.ts'
import type { ListedIntent } from '../domain/reconciliation.ts'

/** Makes one call to Stripe about a payment; takes at most `budgetMs`. Failures of Stripe or the network do not throw. */
export type CallStripe = (call: StripeCall, payment: Payment, budgetMs: number) => Promise<StripeAnswer>

const calls = histogram('stripe_call_seconds', 'Calls to Stripe', ['call', 'answer'])

export function stripeCaller({
  stripe,
  log,
  returnUrl,
}: {
  stripe: Stripe
  log: Log
  returnUrl(): string
}): CallStripe {
  const { paymentIntents } = stripe

  const create = async (payment: Payment, timeout: number): Promise<StripeAnswer> => {
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
      return found(intent)
    } catch (err) {
      if (err instanceof Stripe.errors.StripeCardError) {
        return err.payment_intent ? found(err.payment_intent) : { kind: 'REFUSED', code: codeOf(err) }
      }
      // A request that Stripe does not accept as it is was not executed.
      if (err instanceof Stripe.errors.StripeInvalidRequestError) return { kind: 'REFUSED', code: codeOf(err) }
      // Stripe repeats a stored failure for the same idempotency key for a day: search instead.
      if (isStoredFailure(err)) {
        logFailure('create', err)
        return find(payment, timeout)
      }
      throw err
    }
  }

  const find = async (payment: Payment, timeout: number): Promise<StripeAnswer> => {
    const { data } = await paymentIntents.search({ query: `metadata['payment_id']:'${payment.id}'` }, { timeout })
    return data[0] ? found(data[0]) : { kind: 'ABSENT' }
  }

  const retrieve = async (payment: Payment, timeout: number): Promise<StripeAnswer> =>
    payment.intentId === null
      ? find(payment, timeout)
      : found(await paymentIntents.retrieve(payment.intentId, {}, { timeout }))

  /** When the intent's state does not allow the change, the answer is the intent as it is now. */
  const change =
    (make: (intentId: string, payment: Payment, options: Stripe.RequestOptions) => Promise<Stripe.PaymentIntent>) =>
    async (payment: Payment, timeout: number): Promise<StripeAnswer> => {
      if (payment.intentId === null) return find(payment, timeout)
      try {
        return found(await make(payment.intentId, payment, { timeout }))
      } catch (err) {
        if (isInvalid(err) || err instanceof Stripe.errors.StripeCardError) return retrieve(payment, timeout)
        throw err
      }
    }

  // One idempotency key per try: the intent's state prevents a second capture, and with one key for all tries Stripe would
  // repeat a stored failure for a day.
  const capture = change((intentId, payment, options) => {
    if (payment.pendingAction?.kind !== 'CAPTURE') throw new Error('the payment has no pending capture')
    return paymentIntents.capture(
      intentId,
      { amount_to_capture: payment.pendingAction.amountMinor },
      { ...options, idempotencyKey: `${payment.id}:capture:${payment.tries}` },
    )
  })
  const cancel = change((intentId, payment, options) =>
    paymentIntents.cancel(intentId, {}, { ...options, idempotencyKey: `${payment.id}:cancel:${payment.tries}` }),
  )

  /** Logs only these fields, because the errors of Stripe's client contain payment methods and client secrets. */
  const logFailure = (call: StripeCall, err: unknown) => {
    const { type, code, statusCode, requestId } = err instanceof Stripe.errors.StripeError ? err : {}
    const message = err instanceof Stripe.errors.StripeError ? undefined : String(err)
    log.warn({ stripe: { call, type, code, statusCode, requestId, message } }, 'Stripe gave no usable answer')
  }

  const operations = { create, find, retrieve, capture, cancel }
  return async (call, payment, budgetMs) => {
    const stop = calls.startTimer({ call })
    const answer = await withTimeout(budgetMs, 'stripe', operations[call](payment, budgetMs)).catch(
      (err: unknown): StripeAnswer => {
        logFailure(call, err)
        return { kind: 'UNKNOWN' }
      },
    )
    stop({ answer: answer.kind })
    return answer
  }
}

const isInvalid = (err: unknown) => err instanceof Stripe.errors.StripeInvalidRequestError

// Not a 409: then the first request with this key is still running.
const isStoredFailure = (err: unknown) =>
  err instanceof Stripe.errors.StripeIdempotencyError ||
  (err instanceof Stripe.errors.StripeAPIError && (err.statusCode ?? 0) >= 500)

const codeOf = (err: Stripe.errors.StripeError) => err.decline_code ?? err.code ?? 'invalid_request'

const found = (intent: Stripe.PaymentIntent): StripeAnswer => ({ kind: 'INTENT', intent: toIntent(intent) })

/** The part of Stripe's object that decides anything. The rest goes no further into this process. */
const toIntent = (intent: Stripe.PaymentIntent): PaymentIntent => ({
  id: intent.id,
  status: intentStatus(intent.status),
  receivedMinor: intent.amount_received,
  failure: intent.last_payment_error?.decline_code ?? intent.last_payment_error?.code ?? null,
  challenge:
    intent.status === 'requires_action' && intent.client_secret !== null
      ? { clientSecret: intent.client_secret, redirectUrl: intent.next_action?.redirect_to_url?.url ?? null }
      : null,
})

const pageMs = 8_000

/** Every intent of the account created since then, newest first. Throws when Stripe does not answer. */
export async function intentsSince(stripe: Stripe, since: Date): Promise<ListedIntent[]> {
  const listed: ListedIntent[] = []
  const created = { gte: Math.floor(since.getTime() / 1_000) }
  for await (const intent of stripe.paymentIntents.list({ created, limit: 100 }, { timeout: pageMs })) {
    listed.push({
      id: intent.id,
      status: intentStatus(intent.status),
      amountMinor: intent.amount,
      receivedMinor: intent.amount_received,
      createdAt: new Date(intent.created * 1_000),
      paymentId: intent.metadata['payment_id'] ?? null,
    })
  }
  return listed
}
