/** The two commands that booking publishes to fleet (docs/adr/0002). */
import type { Queryable, Transaction } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'
import type { Access } from '../domain/command.ts'

/** What the booking allows this rider; null when it is not theirs. */
export async function bookingAccess(db: Queryable, bookingId: string, riderId: string): Promise<Access | null> {
  const { rows } = await db.query<{ state: string; bookable_ids: string[]; expires_at: Date | null }>({
    name: 'booking access',
    text: 'select state, bookable_ids, expires_at from booking.access($1, $2)',
    values: [bookingId, riderId],
  })
  const [row] = rows
  const [vehicleId] = row?.bookable_ids ?? []
  return row && vehicleId ? { state: row.state, vehicleId, expiresAt: row.expires_at } : null
}

/** Tells booking that the lock is open; false when the booking is over, so that nobody may ride. */
export async function startBooking(tx: Transaction, bookingId: string, startedAt: Date): Promise<boolean> {
  const { rows } = await tx.query<{ started: boolean }>({
    name: 'start booking',
    text: 'select booking.start($1, $2, $3) as started',
    values: [bookingId, startedAt, traceparent() ?? null],
  })
  return rows[0]?.started ?? false
}
