import type { EventTypeOf, NewEvent, Payload } from '@holdfast/contracts'
import { outbox } from '@holdfast/service/events'

export type FleetEvent = NewEvent<EventTypeOf<'fleet'>>

export const publish = outbox<FleetEvent>('fleet')

/** An event of fleet; all are about a vehicle. */
export const fleetEvent = <T extends EventTypeOf<'fleet'>>(
  type: T,
  data: Payload<T> & { readonly vehicleId: string },
): NewEvent<T> => ({ subject: data.vehicleId, type, data }) as NewEvent<T>
