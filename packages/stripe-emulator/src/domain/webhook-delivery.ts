import type { Fault } from './faults.ts'

export interface Delivery {
  readonly state: 'pending' | 'delivered' | 'failed'
  readonly attempts: number
}

/** The delivery of one event to every endpoint that listens to its type. */
export interface WebhookDelivery {
  readonly object: 'webhook_delivery'
  /** The event's id. */
  readonly id: string
  /** By the endpoint's id. */
  readonly endpoints: Readonly<Record<string, Delivery>>
  /** What goes wrong with the first attempt at each endpoint. */
  readonly faults: readonly Fault[]
}

/** Endpoints that have not received the event; Stripe counts those it gave up as well. */
export const pendingWebhooks = (delivery: WebhookDelivery | undefined): number =>
  Object.values(delivery?.endpoints ?? {}).filter(({ state }) => state !== 'delivered').length
