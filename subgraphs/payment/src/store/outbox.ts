import type { EventTypeOf, NewEvent, Payload } from '@holdfast/contracts'
import { outbox } from '@holdfast/service/events'
import type { Transaction } from '@holdfast/service/postgres'

const write = outbox('payment')

/** Publishes an event about a booking's payment with the transaction that makes it true. */
export const publish = <T extends EventTypeOf<'payment'>>(tx: Transaction, type: T, data: Payload<T>) =>
  write(tx, { subject: data.bookingId, type, data } satisfies NewEvent | { type: T })
