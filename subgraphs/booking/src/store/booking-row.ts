import { type BookingState, FareLine } from '@holdfast/contracts'
import { type Booking, type CancelReason, isLive } from '../domain/booking.ts'
import type { Price } from '../domain/price.ts'

/** Amounts in the minor unit of `currency`. */
export interface PriceRow {
  readonly currency: string
  readonly unlock_minor: number
  readonly per_minute_minor: number
  readonly cap_minor: number
  readonly authorise_minor: number
}

/** A booking with its items, as the statements of this folder return it. */
export interface BookingRow {
  readonly id: string
  readonly customer_id: string
  readonly state: BookingState
  readonly currency: string
  readonly authorise_minor: number
  readonly expires_at: Date | null
  readonly hold_expires_at: Date
  readonly extended: boolean
  readonly created_at: Date
  readonly started_at: Date | null
  readonly ended_at: Date | null
  readonly cancel_reason: CancelReason | null
  readonly fare_minor: number | null
  readonly fare_lines: unknown
  readonly items: readonly (PriceRow & { readonly bookable: { readonly public_id: string } })[]
}

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

const Lines = FareLine.array()

export function parsePrice(row: PriceRow): Price {
  const money = (amountMinor: number) => ({ amountMinor, currency: row.currency })
  return {
    unlock: money(row.unlock_minor),
    perMinute: money(row.per_minute_minor),
    cap: money(row.cap_minor),
    authorisation: money(row.authorise_minor),
  }
}

/** Throws when the row lacks what its state requires; the checks of the table do not allow such a row. */
export function parseBooking(row: BookingRow): Booking {
  const { id, state, extended, currency } = row
  const common = {
    id,
    extended,
    customerId: row.customer_id,
    createdAt: row.created_at,
    holdExpiresAt: row.hold_expires_at,
    authorisation: { amountMinor: row.authorise_minor, currency },
    items: row.items.map((item) => ({
      vehicleId: isLive(state) ? item.bookable.public_id : null,
      price: parsePrice(item),
    })),
  }
  const required = <T>(value: T | null): T => {
    if (value === null) throw new Error(`booking ${id} is ${state} and lacks a value`)
    return value
  }
  switch (state) {
    case 'HELD':
    case 'PROCESSING':
    case 'CONFIRMED':
      return { ...common, state, expiresAt: required(row.expires_at) }
    case 'NEEDS_REVIEW':
    case 'EXPIRED':
      return { ...common, state }
    case 'ACTIVE':
      return { ...common, state, startedAt: required(row.started_at) }
    case 'COMPLETED':
      return {
        ...common,
        state,
        startedAt: required(row.started_at),
        endedAt: required(row.ended_at),
        fare: { total: { amountMinor: required(row.fare_minor), currency }, lines: Lines.parse(row.fare_lines) },
      }
    case 'CANCELLED':
      return { ...common, state, reason: required(row.cancel_reason) }
  }
}
