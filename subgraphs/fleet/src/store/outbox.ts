import type { EventTypeOf, NewEvent } from '@holdfast/contracts'
import { outbox } from '@holdfast/service/events'

export type FleetEvent = NewEvent<EventTypeOf<'fleet'>>

export const publish = outbox<FleetEvent>('fleet')
