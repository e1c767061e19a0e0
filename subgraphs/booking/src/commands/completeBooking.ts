import type { Transaction } from '@holdfast/service/postgres'
import { complete } from '../domain/booking.ts'
import { moveBookable, type Place } from '../store/bookables.ts'
import { bookingForUpdate, saveCompleted } from '../store/bookings.ts'

export interface CompleteBooking {
  readonly bookingId: string
  readonly bookableId: string
  readonly endedAt: Date
  /** What the world calls the thing from now on, and where it is. */
  readonly publicId: string
  readonly place: Place
}

/** The ride is over: what it costs is known, and the thing is free under its new name. Payment captures the fare. */
export const completeBooking = async (tx: Transaction, command: CompleteBooking): Promise<void> => {
  const { bookingId, bookableId, endedAt, publicId, place } = command
  const locked = await bookingForUpdate(tx, 'everybody', bookingId)
  const outcome = locked && complete(locked.booking, endedAt)
  if (!outcome?.ok)
    throw new Error(`a trip ended of booking ${bookingId}, which is ${locked?.booking.state ?? 'unknown'}`)
  await saveCompleted(tx, bookingId, endedAt, outcome.value)
  await moveBookable(tx, bookableId, publicId, place)
}
