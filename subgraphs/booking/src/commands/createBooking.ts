import { randomUUID } from 'node:crypto'
import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import type { Pool } from '@holdfast/service/postgres'
import { counter } from '@holdfast/service/process'
import type { Booking } from '../domain/booking.ts'
import { type HoldRefusal, type Obstacle, obstacleTo } from '../domain/hold.ts'
import { bookingsById } from '../store/bookings.ts'
import { factsOfRefusedHold, type HoldRequest, hold, nearestFree } from '../store/hold.ts'
import { hashOf, isSameRequest } from '../store/requests.ts'
import type { Deps } from './deps.ts'

const holds = counter('booking_holds_total', 'Answers to createBooking', ['outcome'])

// A hold is tried again when its obstacle has gone by the time it is read. After the last attempt the answer is AlreadyTaken.
const maxAttempts = 3

/**
 * Holds the bookables with these public ids for the customer: all of them or none. The same request again is answered with
 * the same booking.
 */
export async function createBooking(
  { pool }: Deps,
  { bookableIds, ...request }: { customerId: string; requestId: string; bookableIds: readonly string[] },
): Promise<Outcome<Booking, HoldRefusal>> {
  const outcome = await tryToHold(pool, {
    ...request,
    bookingId: randomUUID(),
    publicIds: bookableIds,
    inputHash: hashOf(bookableIds),
  })
  holds.inc({ outcome: outcome.ok ? 'Held' : outcome.refusal.kind })
  return outcome
}

async function tryToHold(pool: Pool, request: HoldRequest): Promise<Outcome<Booking, HoldRefusal>> {
  const { publicIds } = request
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const held = await hold(pool, request)
    if (held.ok) return held
    if (held.refusal) return refuse(held.refusal)
    const { earlierRequest, found, limit } = await factsOfRefusedHold(pool, request)
    if (earlierRequest) {
      if (!isSameRequest(earlierRequest, 'createBooking', request.inputHash)) return refuse({ kind: 'RequestIdReused' })
      const [booking] = await bookingsById(pool, { customerId: request.customerId }, [earlierRequest.bookingId])
      if (!booking) throw new Error(`booking ${earlierRequest.bookingId} of request ${request.requestId} is missing`)
      return accept(booking)
    }
    const obstacle = obstacleTo(publicIds, found, limit)
    if (obstacle) return refuse(await withAlternatives(pool, publicIds, obstacle))
  }
  return refuse(await withAlternatives(pool, publicIds, { kind: 'AlreadyTaken', ids: publicIds }))
}

async function withAlternatives(pool: Pool, publicIds: readonly string[], obstacle: Obstacle): Promise<HoldRefusal> {
  switch (obstacle.kind) {
    case 'TooManyItems':
    case 'BookableNotFound':
      return obstacle
    case 'AlreadyTaken':
      return { kind: obstacle.kind, takenIds: obstacle.ids, alternatives: await nearestFree(pool, publicIds) }
    case 'VehicleOffline':
    case 'VehicleWithdrawn':
      return { kind: obstacle.kind, ids: obstacle.ids, alternatives: await nearestFree(pool, publicIds) }
  }
}
