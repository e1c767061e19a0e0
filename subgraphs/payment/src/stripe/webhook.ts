import { header, PayloadTooLarge, type Route, readBody, sendJson } from '@holdfast/service/http'
import { isUuid } from '@holdfast/service/identity'
import { type Pool, transaction } from '@holdfast/service/postgres'
import { counter, type Log } from '@holdfast/service/process'
import type Stripe from 'stripe'
import { type Hint, takeHint } from '../store/payments.ts'

const toleranceS = 300 // Stripe's own, against replayed deliveries.
const bodyLimit = 512_000 // bytes
const graceMs = 1_000

const received = counter('stripe_events_total', 'Events of Stripe by what they were to us', ['type', 'outcome'])

/**
 * Where Stripe tells that something happened. Verifies the exact bytes, keeps the event and answers; the completer does
 * the rest by asking Stripe what is true, so duplicates, lateness and order do not matter.
 */
export function webhook(options: { stripe: Stripe; secret: string; pool: Pool; log: Log; now(): Date }): Route {
  const { stripe, secret, pool, log, now } = options
  return async (request, response) => {
    if (request.method !== 'POST') return sendJson(response, 405, { error: 'send a POST request' })
    let event: Stripe.Event
    try {
      const body = await readBody(request, bodyLimit)
      event = stripe.webhooks.constructEvent(body, header(request, 'stripe-signature') ?? '', secret, toleranceS)
    } catch (err) {
      // Its error quotes the body, so only its name is logged.
      log.warn({ reason: err instanceof Error ? err.name : 'unknown' }, 'webhook refused')
      return sendJson(response, err instanceof PayloadTooLarge ? 413 : 400, { error: 'not a signed event of Stripe' })
    }
    const hint = hintOf(event)
    const outcome = hint
      ? await transaction(pool, (tx) => takeHint(tx, hint, now(), new Date(now().getTime() + graceMs)))
      : 'ignored'
    received.inc({ type: event.type, outcome })
    sendJson(response, 200, { received: true })
  }
}

function hintOf({ id, type, data: { object } }: Stripe.Event): Hint | null {
  if (!('object' in object) || object.object !== 'payment_intent') return null
  const paymentId = object.metadata['payment_id'] ?? ''
  return { eventId: id, type, intentId: object.id, paymentId: isUuid(paymentId) ? paymentId : null }
}
