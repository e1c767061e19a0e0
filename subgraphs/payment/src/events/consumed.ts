import { type Event, parseEvent, streamOf } from '@holdfast/contracts'
import { consumeStream } from '@holdfast/service/events'
import type { Pool, Transaction } from '@holdfast/service/postgres'
import type { Log } from '@holdfast/service/process'
import type { Redis } from '@holdfast/service/redis'
import { eventsOfConcern, wantedFor } from '../domain/payment.ts'
import { wantOfLive } from '../store/payments.ts'

/** What the end of a booking means for its money. */
export async function onBookingEvent(tx: Transaction, event: Event, now: Date, log: Log): Promise<void> {
  switch (event.type) {
    case 'BookingCompleted': {
      const { bookingId, fare, lines } = event.data
      const found = await wantOfLive(tx, bookingId, ({ amount }) => wantedFor(fare, lines, amount), now)
      if (!found && fare.amountMinor > 0)
        log.error({ booking: bookingId }, 'a fare has no authorisation to be taken from')
      return
    }
    case 'HoldExpired':
    case 'BookingExpired':
    case 'BookingCancelled':
      await wantOfLive(tx, event.data.bookingId, () => ({ kind: 'VOID' }), now)
  }
}

export const consumeBookingEvents = (options: {
  readonly databaseUrl: string
  readonly pool: Pool
  readonly redis: Redis
  readonly log: Log
  readonly signal: AbortSignal
  now(): Date
}): Promise<void> =>
  consumeStream({
    ...options,
    consumer: 'payment-booking',
    owner: 'payment',
    stream: streamOf('booking'),
    types: new Set(eventsOfConcern),
    parse: parseEvent,
    handle: (tx, event) => onBookingEvent(tx, event, options.now(), options.log),
  })
