import type { Fault } from './faults.ts'

export interface Delivery {
  readonly state: 'pending' | 'delivered' | 'failed'
  readonly attempts: number
}

/** How far an event got with each endpoint that listens to its type. */
export interface Dispatch {
  readonly object: 'dispatch'
  /** The event's id. */
  readonly id: string
  readonly to: Readonly<Record<string, Delivery>>
  /** What goes wrong with the first delivery to each endpoint. */
  readonly faults: readonly Fault[]
}

/** Deliveries that have not succeeded; Stripe counts the ones it gave up as well. */
export const undelivered = (dispatch: Dispatch | undefined): number =>
  Object.values(dispatch?.to ?? {}).filter(({ state }) => state !== 'delivered').length
