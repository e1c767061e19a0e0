import type { Fault } from '../domain/faults.ts'
import type { ApiObject, Change, NewEvent, StripeEvent } from '../domain/objects.ts'
import type { Delivery } from '../domain/webhook-delivery.ts'
import type { Transaction } from '../store/store.ts'

/** The version of Stripe's API whose shapes are answered and sent; that of the `stripe` package this is developed with. */
export const apiVersion = '2026-10-28.endive'

/** What caused an event: a request to the API, or null for time and control. */
export interface Cause {
  readonly request: { readonly id: string; readonly idempotencyKey: string | null } | null
  /** What is to go wrong with delivering the event of this type. */
  readonly faults: (eventType: string) => readonly Fault[]
}

/** Stores a change and publishes its events, all in the caller's transaction. */
export function apply<T extends ApiObject>(tx: Transaction, change: Change<T>, cause: Cause): T {
  const { shown, also = [], events = [] } = change
  tx.put(shown, ...also)
  // Otherwise every sweep would read the expiries of a week, and most of those payments were captured long ago.
  if (shown.object === 'payment_intent' && shown.status !== 'requires_capture') tx.remove('scheduled_move', shown.id)
  publish(tx, events, cause)
  return shown
}

/** Stores the events, and the delivery of each to every endpoint that listens to its type. */
export function publish(tx: Transaction, events: readonly NewEvent[], cause: Cause): void {
  const enabled = [...tx.list('webhook_endpoint')].filter(({ status }) => status === 'enabled')
  for (const { type, object, previous } of events) {
    const event: StripeEvent = {
      id: tx.id('evt'),
      object: 'event',
      api_version: apiVersion,
      created: tx.now,
      data: { object, ...(previous && { previous_attributes: previous }) },
      livemode: false,
      // Counted from the deliveries when the event is shown.
      pending_webhooks: 0,
      request: { id: cause.request?.id ?? null, idempotency_key: cause.request?.idempotencyKey ?? null },
      type,
    }
    tx.put(event)
    const endpoints: Record<string, Delivery> = {}
    for (const { id, enabled_events } of enabled) {
      if (enabled_events.some((each) => each === '*' || each === type))
        endpoints[id] = { state: 'pending', attempts: 0 }
    }
    if (Object.keys(endpoints).length > 0) {
      tx.put({ object: 'webhook_delivery', id: event.id, endpoints, faults: cause.faults(type) })
    }
  }
}
