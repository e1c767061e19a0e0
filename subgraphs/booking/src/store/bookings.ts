import type { Queryable, Transaction } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'
import type { Booking, CancelReason, State } from '../domain/booking.ts'
import type { Fare } from '../domain/fare.ts'
import { type BookingRow, itemsOfB, parseBooking } from './booking-row.ts'

/** Whose bookings somebody may see: their own, or (operators) everybody's. Others' do not exist for them. */
export type Whose = { readonly customerId: string } | 'everybody'

/**
 * Those of `ids` that there are, in no order. One statement: read in two, a booking could be seen in one state with the
 * things of the next.
 */
export async function bookingsById(db: Queryable, whose: Whose, ids: readonly string[]): Promise<Booking[]> {
  const { rows } = await db.query<BookingRow>({
    name: 'bookings by id',
    text: `
      select b.*, ${itemsOfB} as items
      from booking.booking b
      where b.id = any($1) and ($2::uuid is null or b.customer_id = $2)`,
    values: [ids, whose === 'everybody' ? null : whose.customerId],
  })
  return rows.map(parseBooking)
}

/**
 * A customer's bookings, newest first, those after the customer's booking with the id `after`: by its place in time, so that it
 * may have moved on to another state since. Not Prisma's cursor, which takes the first row for the cursor's own.
 */
export async function bookingsOf(
  db: Queryable,
  customerId: string,
  page: { readonly first: number; readonly after?: string | undefined; readonly state?: readonly State[] | undefined },
): Promise<Booking[]> {
  const { rows } = await db.query<BookingRow>(
    `select b.*, ${itemsOfB} as items
     from booking.booking b
     where b.customer_id = $1
       and ($2::booking.booking_state[] is null or b.state = any($2))
       and ($3::uuid is null or (b.created_at, b.id) < (
         select a.created_at, a.id from booking.booking a where a.id = $3 and a.customer_id = $1))
     order by b.created_at desc, b.id desc
     limit $4`,
    [customerId, page.state ?? null, page.after ?? null, page.first],
  )
  return rows.map(parseBooking)
}

/** Locks the booking and before it its bookables, and reads it; undefined when there is none. `now` is the database's. */
export async function bookingForUpdate(
  tx: Transaction,
  whose: Whose,
  id: string,
): Promise<{ booking: Booking; now: Date; extendSeconds: number } | undefined> {
  const { rowCount } = await tx.query(
    `select booking.lock_bookables(id) from booking.booking where id = $1 and ($2::uuid is null or customer_id = $2)`,
    [id, whose === 'everybody' ? null : whose.customerId],
  )
  if (rowCount === 0) return undefined
  const { rows } = await tx.query<BookingRow & { now: Date; extend_seconds: number }>(
    `select b.*, ${itemsOfB} as items, p.extend_seconds, clock_timestamp() as now
     from booking.booking b
     join booking.policy p on p.kind = b.kind
     where b.id = $1
     for update of b`,
    [id],
  )
  const [row] = rows
  return row && { booking: parseBooking(row), now: row.now, extendSeconds: row.extend_seconds }
}

// Each write below is a move of a locked booking; the trigger on the table keeps bookables, counters and events in step.

const moved = async (tx: Transaction, id: string, changes: string, values: readonly unknown[]): Promise<Booking> => {
  const { rows } = await tx.query<BookingRow>(
    `update booking.booking b
     set traceparent = $2, ${changes}
     where b.id = $1
     returning b.*, ${itemsOfB} as items`,
    [id, traceparent() ?? null, ...values],
  )
  const [row] = rows
  if (!row) throw new Error(`booking ${id} was locked and is not there`)
  return parseBooking(row)
}

export const saveExtended = (tx: Transaction, id: string, expiresAt: Date) =>
  moved(tx, id, 'extended = true, expires_at = $3, hold_expires_at = $3', [expiresAt])

export const saveCancelled = (tx: Transaction, id: string, reason: CancelReason) =>
  moved(tx, id, `state = 'CANCELLED', expires_at = null, cancel_reason = $3`, [reason])

export const saveCompleted = (tx: Transaction, id: string, endedAt: Date, fare: Fare) =>
  moved(tx, id, `state = 'COMPLETED', ended_at = $3, fare_minor = $4, fare_lines = $5`, [
    endedAt,
    fare.total.amountMinor,
    JSON.stringify(fare.lines),
  ])
