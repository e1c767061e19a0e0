import { header, PayloadTooLarge, type Route, readBody, sendJson } from '@holdfast/service/http'
import { isUuid } from '@holdfast/service/identity'
import { type Pool, transaction } from '@holdfast/service/postgres'
import { counter, type Log } from '@holdfast/service/process'
import type Stripe from 'stripe'
import { messages } from '../messages.ts'
import { receiveWebhookEvent, type WebhookEvent } from '../store/webhook-inbox.ts'

const toleranceS = 300 // Stripe's own, against replayed deliveries.
const bodyLimit = 512_000 // bytes
const graceMs = 1_000

const received = counter('stripe_events_total', 'Webhook events of Stripe by outcome', ['type', 'outcome'])

/**
 * Receives Stripe's webhook events: verifies the exact bytes, stores the event and answers. The completer then asks Stripe
 * for the intent, so duplicate, late and reordered events do no harm.
 */
export function webhook(options: { stripe: Stripe; secret: string; pool: Pool; log: Log; now(): Date }): Route {
  const { stripe, secret, pool, log, now } = options
  return async (request, response) => {
    if (request.method !== 'POST') return sendJson(response, 405, { error: messages.webhookPostOnly })
    let event: Stripe.Event
    try {
      const body = await readBody(request, bodyLimit)
      event = stripe.webhooks.constructEvent(body, header(request, 'stripe-signature') ?? '', secret, toleranceS)
    } catch (err) {
      // The error quotes the body, so only its name is logged.
      log.warn({ reason: err instanceof Error ? err.name : 'unknown' }, 'webhook refused')
      return sendJson(response, err instanceof PayloadTooLarge ? 413 : 400, { error: messages.webhookNotSigned })
    }
    const change = webhookEventOf(event)
    const outcome = change
      ? await transaction(pool, (tx) => receiveWebhookEvent(tx, change, now(), new Date(now().getTime() + graceMs)))
      : 'ignored'
    received.inc({ type: event.type, outcome })
    sendJson(response, 200, { received: true })
  }
}

function webhookEventOf({ id, type, data: { object } }: Stripe.Event): WebhookEvent | null {
  if (!('object' in object) || object.object !== 'payment_intent') return null
  const paymentId = object.metadata['payment_id'] ?? ''
  return { eventId: id, type, intentId: object.id, paymentId: isUuid(paymentId) ? paymentId : null }
}
