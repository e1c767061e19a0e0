import { type Booking, isLive } from '../domain/booking.ts'
import type { Price } from '../domain/price.ts'

/** Amounts in the minor unit of `currency`. */
export interface PriceRow {
  readonly currency: string
  readonly unlock_minor: number
  readonly per_minute_minor: number
  readonly cap_minor: number
  readonly authorise_minor: number
}

type WithoutItems<B> = B extends Booking ? Omit<B, 'items'> : never

/**
 * A booking with its items, as the statements of this folder return it. The checks of the table require the values that the
 * state of a booking needs; the others are null.
 */
export type BookingRow = WithoutItems<Booking> & {
  readonly items: readonly (PriceRow & { readonly bookable: { readonly public_id: string } })[]
}

/** Selects a BookingRow without its items; the statement calls the booking `b`. */
export const bookingColumns = `
  b.id, b.customer_id as "customerId", b.state, b.extended, b.created_at as "createdAt",
  json_build_object('amountMinor', b.authorise_minor, 'currency', b.currency) as authorisation,
  b.hold_expires_at as "holdExpiresAt", b.expires_at as "expiresAt", b.started_at as "startedAt", b.ended_at as "endedAt",
  b.cancel_reason as reason,
  case when b.fare_minor is not null then json_build_object(
    'total', json_build_object('amountMinor', b.fare_minor, 'currency', b.currency), 'lines', b.fare_lines) end as fare`

/** Selects the `items` of a BookingRow; the statement calls the booking `b`. */
export const selectItems = `
  (select json_agg(json_build_object(
      'currency', i.currency,
      'unlock_minor', i.unlock_minor,
      'per_minute_minor', i.per_minute_minor,
      'cap_minor', i.cap_minor,
      'authorise_minor', i.authorise_minor,
      'bookable', json_build_object('public_id', u.public_id)
    ) order by u.id)
    from booking.booking_item i
    join booking.bookable u on u.id = i.bookable_id
    where i.booking_id = b.id)`

export function parsePrice(row: PriceRow): Price {
  const money = (amountMinor: number) => ({ amountMinor, currency: row.currency })
  return {
    unlock: money(row.unlock_minor),
    perMinute: money(row.per_minute_minor),
    cap: money(row.cap_minor),
    authorisation: money(row.authorise_minor),
  }
}

export const parseBooking = ({ items, ...booking }: BookingRow): Booking => ({
  ...booking,
  items: items.map((item) => ({
    vehicleId: isLive(booking.state) ? item.bookable.public_id : null,
    price: parsePrice(item),
  })),
})
