import type { Transaction } from '@holdfast/service/postgres'
import { complete } from '../domain/booking.ts'
import { type Place, relistBookable } from '../store/bookables.ts'
import { bookingForUpdate, saveCompleted } from '../store/bookings.ts'

export interface CompleteBooking {
  readonly bookingId: string
  readonly bookableId: string
  readonly endedAt: Date
  /** The new public id of the bookable, and where it is now. */
  readonly publicId: string
  readonly place: Place
}

/** Completes the booking of a trip that ended: its fare is known, and the bookable is free under its new public id. */
export async function completeBooking(tx: Transaction, command: CompleteBooking): Promise<void> {
  const { bookingId, bookableId, endedAt, publicId, place } = command
  const found = await bookingForUpdate(tx, 'all', bookingId)
  const outcome = found && complete(found.booking, endedAt)
  if (!outcome?.ok) throw new Error(`a trip of booking ${bookingId} ended; it is ${found?.booking.state ?? 'unknown'}`)
  await saveCompleted(tx, bookingId, endedAt, outcome.value)
  await relistBookable(tx, bookableId, publicId, place)
}
