import type { Delivery } from '../domain/dispatch.ts'
import type { Fault } from '../domain/faults.ts'
import type { Fact, StripeEvent } from '../domain/objects.ts'
import type { Draft } from '../store/books.ts'

/** The version of Stripe's API whose shapes are answered and sent; that of the `stripe` package this is built with. */
export const apiVersion = '2026-10-28.endive'

/** What caused a fact: a request to the API, or null for time and control. */
export interface Cause {
  readonly request: { readonly id: string; readonly idempotencyKey: string | null } | null
  /** What is to go wrong with delivering the event of this type. */
  readonly faults: (eventType: string) => readonly Fault[]
}

/** Makes events of facts, and opens their dispatch to every endpoint that listens, in the caller's transaction. */
export function publish(draft: Draft, facts: readonly Fact[], cause: Cause): void {
  for (const fact of facts) {
    const event: StripeEvent = {
      id: draft.id('evt'),
      object: 'event',
      api_version: apiVersion,
      created: draft.now,
      data: { object: fact.object, ...(fact.previous && { previous_attributes: fact.previous }) },
      livemode: false,
      // Counted when it is shown, from the dispatch.
      pending_webhooks: 0,
      request: { id: cause.request?.id ?? null, idempotency_key: cause.request?.idempotencyKey ?? null },
      type: fact.type,
    }
    const to: Record<string, Delivery> = {}
    for (const endpoint of draft.all('webhook_endpoint')) {
      const listens = endpoint.enabled_events.some((type) => type === '*' || type === fact.type)
      if (endpoint.status === 'enabled' && listens) to[endpoint.id] = { state: 'pending', attempts: 0 }
    }
    draft.put(event)
    if (Object.keys(to).length > 0) {
      draft.put({ object: 'dispatch', id: event.id, to, faults: cause.faults(fact.type) })
    }
  }
}
