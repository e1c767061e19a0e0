import type { BookingState } from '@holdfast/contracts'
import type { Visibility } from '@holdfast/service/domain'
import type { Queryable, Transaction } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'
import type { Booking, CancelReason } from '../domain/booking.ts'
import type { Fare } from '../domain/fare.ts'
import { type BookingRow, bookingColumns, parseBooking, selectItems } from './booking-row.ts'

/**
 * The visible ones of these bookings, in no order. One statement: two could read a booking in one state and its items in
 * the next.
 */
export async function bookingsById(db: Queryable, visible: Visibility, ids: readonly string[]): Promise<Booking[]> {
  const { rows } = await db.query<BookingRow>({
    name: 'bookings by id',
    text: `
      select ${bookingColumns}, ${selectItems} as items
      from booking.booking b
      where b.id = any($1) and ($2::uuid is null or b.customer_id = $2)`,
    values: [ids, visible === 'all' ? null : visible.customerId],
  })
  return rows.map(parseBooking)
}

/**
 * A customer's bookings, newest first. `after` is the id of the last booking of the page before: the next page follows its
 * place in time, also when it has changed its state since. (Prisma's cursor would look for it among the filtered rows.)
 */
export async function bookingsOf(
  db: Queryable,
  customerId: string,
  page: {
    readonly first: number
    readonly after?: string | undefined
    readonly states?: readonly BookingState[] | undefined
  },
): Promise<Booking[]> {
  const { rows } = await db.query<BookingRow>(
    `select ${bookingColumns}, ${selectItems} as items
     from booking.booking b
     where b.customer_id = $1
       and ($2::booking.booking_state[] is null or b.state = any($2))
       and ($3::uuid is null or (b.created_at, b.id) < (
         select a.created_at, a.id from booking.booking a where a.id = $3 and a.customer_id = $1))
     order by b.created_at desc, b.id desc
     limit $4`,
    [customerId, page.states ?? null, page.after ?? null, page.first],
  )
  return rows.map(parseBooking)
}

/**
 * Locks the rows of the booking's bookables, then its own, and reads it; undefined when none is visible. `now` is the
 * database's clock.
 */
export async function bookingForUpdate(tx: Transaction, visible: Visibility, id: string) {
  const { rowCount } = await tx.query(
    `select booking.lock_bookable_rows(id) from booking.booking where id = $1 and ($2::uuid is null or customer_id = $2)`,
    [id, visible === 'all' ? null : visible.customerId],
  )
  if (rowCount === 0) return undefined
  const { rows } = await tx.query<BookingRow & { now: Date; extendSeconds: number }>(
    `select ${bookingColumns}, ${selectItems} as items, p.extend_seconds as "extendSeconds", clock_timestamp() as now
     from booking.booking b
     join booking.policy p on p.kind = b.kind
     where b.id = $1
     for update of b`,
    [id],
  )
  if (!rows[0]) return undefined
  const { now, extendSeconds, ...row } = rows[0]
  return { booking: parseBooking(row), now, extendSeconds }
}

// Each function below makes one move of a locked booking. A trigger updates bookables and counters and writes the event.

async function update(tx: Transaction, id: string, changes: string, values: readonly unknown[]): Promise<Booking> {
  const { rows } = await tx.query<BookingRow>(
    `update booking.booking b
     set traceparent = $2, ${changes}
     where b.id = $1
     returning ${bookingColumns}, ${selectItems} as items`,
    [id, traceparent() ?? null, ...values],
  )
  const [row] = rows
  if (!row) throw new Error(`booking ${id} is missing although its row was locked`)
  return parseBooking(row)
}

export const saveExtended = (tx: Transaction, id: string, expiresAt: Date) =>
  update(tx, id, 'extended = true, expires_at = $3, hold_expires_at = $3', [expiresAt])

export const saveCancelled = (tx: Transaction, id: string, reason: CancelReason) =>
  update(tx, id, `state = 'CANCELLED', expires_at = null, cancel_reason = $3`, [reason])

export const saveCompleted = (tx: Transaction, id: string, endedAt: Date, fare: Fare) =>
  update(tx, id, `state = 'COMPLETED', ended_at = $3, fare_minor = $4, fare_lines = $5`, [
    endedAt,
    fare.total.amountMinor,
    JSON.stringify(fare.lines),
  ])
