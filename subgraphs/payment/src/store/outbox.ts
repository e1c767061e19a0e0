import type { Payload } from '@holdfast/contracts'
import type { Transaction } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'

type PaymentEvent = 'PaymentAuthorized' | 'PaymentDeclined' | 'PaymentCaptured' | 'PaymentVoided'

/** Publishes a fact together with the change that makes it one. */
export const publish = <T extends PaymentEvent>(tx: Transaction, type: T, data: Payload<T>) =>
  tx.query({
    name: 'publish',
    text: 'insert into payment.outbox (subject, type, data, traceparent) values ($1, $2, $3, $4)',
    values: [data.bookingId, type, JSON.stringify(data), traceparent()],
  })
