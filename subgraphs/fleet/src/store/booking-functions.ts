/** The two SQL functions that booking publishes for fleet (docs/adr/0002). */
import type { BookingState } from '@holdfast/contracts'
import type { Queryable, Transaction } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'
import type { BookingAccess } from '../domain/unlockVehicle.ts'

/** The booking as its customer may use it; null when it is not theirs. */
export async function bookingAccess(db: Queryable, bookingId: string, riderId: string): Promise<BookingAccess | null> {
  const { rows } = await db.query<{ state: BookingState; bookable_ids: string[]; expires_at: Date | null }>({
    name: 'booking access',
    text: 'select state, bookable_ids, expires_at from booking.access($1, $2)',
    values: [bookingId, riderId],
  })
  const [row] = rows
  const [vehicleId] = row?.bookable_ids ?? []
  return row && vehicleId ? { state: row.state, vehicleId, expiresAt: row.expires_at } : null
}

/** Starts the booking, because the vehicle is unlocked; false when the booking is not CONFIRMED, so that nobody may ride. */
export async function startBooking(tx: Transaction, bookingId: string, startedAt: Date): Promise<boolean> {
  const { rows } = await tx.query<{ started: boolean }>({
    name: 'start booking',
    text: 'select booking.start($1, $2, $3) as started',
    values: [bookingId, startedAt, traceparent() ?? null],
  })
  return rows[0]?.started ?? false
}
