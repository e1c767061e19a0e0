/** The two SQL functions that booking publishes for fleet (docs/adr/0002). */
import type { Queryable, Transaction } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'
import type { BookingAccess } from '../domain/unlockVehicle.ts'

/** The booking as its customer may use it; null when it is not theirs. */
export async function bookingAccess(db: Queryable, bookingId: string, riderId: string): Promise<BookingAccess | null> {
  const { rows } = await db.query<BookingAccess>({
    name: 'booking access',
    text: `
      select state, bookable_ids[1] as "vehicleId", expires_at as "expiresAt"
      from booking.access($1, $2) where cardinality(bookable_ids) > 0`,
    values: [bookingId, riderId],
  })
  return rows[0] ?? null
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
