import { randomUUID } from 'node:crypto'
import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import type { Pool } from '@holdfast/service/postgres'
import { counter } from '@holdfast/service/process'
import type { Booking } from '../domain/booking.ts'
import { type HoldRefusal, type Reason, whyRefused } from '../domain/hold.ts'
import { hold, nearestFree, type WantedHold, whyNotHeld } from '../store/hold.ts'
import { hashOf, isRepeated } from '../store/requests.ts'

/** Reads a booking of the customer's own. */
type BookingOf = (customerId: string, bookingId: string) => Promise<Booking>

export interface CreateBooking {
  readonly customerId: string
  readonly requestId: string
  /** Public ids of the wanted things. */
  readonly bookableIds: readonly string[]
}

const holds = counter('booking_holds_total', 'Answers to createBooking', ['outcome'])

// How often a hold is tried again because what stood in its way is gone when it is looked at. Whoever is still beaten then
// is told that it is taken.
const tries = 3

/** Holds the things for the customer: all of them or none. The same request again gets the same booking. */
export const createBooking =
  (pool: Pool, bookingOf: BookingOf) =>
  async ({ customerId, requestId, bookableIds }: CreateBooking): Promise<Outcome<Booking, HoldRefusal>> => {
    const wanted = {
      bookingId: randomUUID(),
      customerId,
      requestId,
      publicIds: bookableIds,
      inputHash: hashOf(bookableIds),
    }
    const outcome = await take(pool, bookingOf, wanted)
    holds.inc({ outcome: outcome.ok ? 'Held' : outcome.refusal.kind })
    return outcome
  }

async function take(pool: Pool, bookingOf: BookingOf, wanted: WantedHold): Promise<Outcome<Booking, HoldRefusal>> {
  const { customerId, publicIds, inputHash } = wanted
  for (let attempt = 1; attempt <= tries; attempt++) {
    const held = await hold(pool, wanted)
    if (held.ok) return held
    if (held.refusal) return refuse(held.refusal)
    const { request, found, limit } = await whyNotHeld(pool, wanted)
    if (request) {
      const repeated = isRepeated(request, 'createBooking', inputHash)
      return repeated ? accept(await bookingOf(customerId, request.bookingId)) : refuse({ kind: 'RequestIdReused' })
    }
    const reason = whyRefused(publicIds, found, limit)
    if (reason) return refuse(await withAlternatives(pool, publicIds, reason))
  }
  return refuse(await withAlternatives(pool, publicIds, { kind: 'AlreadyTaken', ids: publicIds }))
}

async function withAlternatives(pool: Pool, wanted: readonly string[], reason: Reason): Promise<HoldRefusal> {
  switch (reason.kind) {
    case 'TooManyItems':
    case 'BookableNotFound':
      return reason
    case 'AlreadyTaken':
      return { kind: reason.kind, takenIds: reason.ids, alternatives: await nearestFree(pool, wanted) }
    case 'VehicleOffline':
    case 'VehicleWithdrawn':
      return { kind: reason.kind, ids: reason.ids, alternatives: await nearestFree(pool, wanted) }
  }
}
