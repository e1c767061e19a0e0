/**
 * The hold. One statement decides who has a thing: it takes all wanted things or none, and with them writes the booking,
 * its items, the request, and (by triggers) the customer's counters and the event.
 */

import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import { DatabaseError, type Queryable } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'
import type { Booking } from '../domain/booking.ts'
import type { Alternative, Found, HoldRefusal } from '../domain/hold.ts'
import { type BookingRow, parseBooking } from './booking-row.ts'
import type { RememberedRequest } from './requests.ts'

export interface WantedHold {
  readonly bookingId: string
  readonly customerId: string
  readonly publicIds: readonly string[]
  readonly requestId: string
  readonly inputHash: Buffer
}

/** Parameters: booking id, customer id, public ids, request id, hash of the input, traceparent. No row: refused. */
export const holdStatement = {
  name: 'hold',
  text: `
    with wanted as materialized (
      select b.id, b.holder
      from booking.bookable b
      join booking.policy p on p.kind = b.kind
      where b.public_id = any($3::uuid[])
        and cardinality($3::uuid[]) <= p.max_items
        and booking.is_free(b)
    ),
    -- The other things of a hold that has run out become free with it, so they are locked with it: all by id. What
    -- changed while this waited for a lock is looked at again as it is now.
    locked as materialized (
      select b.id, b.holder, b.public_id = any($3::uuid[]) and not b.withdrawn and not b.offline as takeable
      from booking.bookable b
      where b.id = any(array(
          select id from wanted
          union
          select unnest(k.bookable_ids)
          from booking.booking k
          where k.id = any(array(select holder from wanted)) and (select count(holder) from wanted) > 0
        ))
        and booking.is_free(b)
      order by b.id
      for update
    ),
    held as (
      update booking.bookable b
      set holder = $1, held_until = now() + make_interval(secs => p.hold_seconds)
      from booking.policy p
      where b.id = any(array(select id from locked where takeable))
        and (select count(*) from locked where takeable) = cardinality($3::uuid[])
        and p.kind = b.kind
      returning b.id, b.kind, b.public_id, b.price_plan_id, b.held_until
    ),
    pushed_aside as materialized (
      select k.id, k.customer_id
      from booking.booking k
      where k.id = any(array(select holder from locked))
        and (select count(holder) from locked) > 0
        and (select count(*) from held) > 0
    ),
    -- Customers by id, before any of their counters moves: two customers may push each other aside at the same moment.
    customers as materialized (
      select r.customer_id
      from booking.customer r
      where r.customer_id = any(array(select customer_id from pushed_aside union select $2::uuid))
      order by r.customer_id
      for update
    ),
    -- Its trigger frees what the old booking still has. That must no longer be what was just held, so all of "held" comes
    -- before (pushed_aside counts it, which takes all of it). The old items must be dead before the new ones live, so
    -- "items" counts this.
    stale as (
      update booking.booking k
      set state = 'EXPIRED', expires_at = null
      where k.id = any(array(select id from pushed_aside))
        and (select count(*) from pushed_aside) > 0
        and k.customer_id = any(array(select customer_id from customers))
        and k.state = 'HELD'
        and k.expires_at <= now()
      returning k.id
    ),
    priced as materialized (
      select h.id, h.kind, h.public_id, h.held_until,
        pl.currency, pl.unlock_minor, pl.per_minute_minor, pl.cap_minor, pl.authorise_minor
      from held h
      join booking.price_plan pl on pl.id = h.price_plan_id
    ),
    placed as (
      insert into booking.booking
        (id, customer_id, kind, bookable_ids, currency, authorise_minor, expires_at, hold_expires_at, traceparent)
      select $1, $2,
        -- One kind and one currency: a second row here is an error, and nothing has happened.
        (select distinct kind from priced),
        array_agg(id order by id),
        (select distinct currency from priced),
        sum(authorise_minor), min(held_until), min(held_until), $6
      from priced
      having count(*) > 0
      returning *
    ),
    items as (
      insert into booking.booking_item
        (booking_id, bookable_id, currency, unlock_minor, per_minute_minor, cap_minor, authorise_minor)
      select $1, p.id, p.currency, p.unlock_minor, p.per_minute_minor, p.cap_minor, p.authorise_minor
      from priced p
      where (select count(*) from stale) >= 0
    ),
    request as (
      insert into booking.request (customer_id, request_id, operation, input_hash, booking_id)
      select $2, $4, 'createBooking', $5, id from placed
    )
    select b.*,
      (select json_agg(json_build_object(
          'currency', currency,
          'unlock_minor', unlock_minor,
          'per_minute_minor', per_minute_minor,
          'cap_minor', cap_minor,
          'authorise_minor', authorise_minor,
          'bookable', json_build_object('public_id', public_id)
        ) order by id) from priced) as items
    from placed b`,
}

/**
 * Takes the things, or says why not. Refused with null: look at the request and at the things (`whyNotHeld`) for the
 * reason.
 */
export async function hold(db: Queryable, wanted: WantedHold): Promise<Outcome<Booking, HoldRefusal | null>> {
  const { bookingId, customerId, publicIds, requestId, inputHash } = wanted
  try {
    const { rows } = await db.query<BookingRow>({
      ...holdStatement,
      values: [bookingId, customerId, publicIds, requestId, inputHash, traceparent() ?? null],
    })
    const [row] = rows
    return row ? accept(parseBooking(row)) : refuse(null)
  } catch (err) {
    return refuse(refusalOf(err))
  }
}

/** What the database's own no means here; rethrows what is none. The codes are raised by booking.on_hold(). */
function refusalOf(err: unknown): HoldRefusal | null {
  if (!(err instanceof DatabaseError)) throw err
  const { code, detail = '', constraint } = err
  switch (code) {
    case 'HB001':
      return { kind: 'TooManyHolds', limit: Number(detail) }
    case 'HB002':
      return { kind: 'HoldsTooFast', retryAt: new Date(detail) }
    case 'HB003':
      return { kind: 'CoolingDown', retryAt: new Date(detail) }
    case '23505': // unique_violation
      if (constraint === 'request_pkey' || constraint === 'one_live_booking_per_bookable') return null
      throw err
    case '40P01': // deadlock_detected: nothing has happened, so it is asked again
      return null
    default:
      throw err
  }
}

/** What is true now of a refused hold: an earlier request of the same id, the wanted things, the limit of a cart. */
export async function whyNotHeld(
  db: Queryable,
  { customerId, requestId, publicIds }: WantedHold,
): Promise<{ request: RememberedRequest | null; found: readonly Found[]; limit: number }> {
  const { rows } = await db.query<{
    request: { operation: string; hash: string; bookingId: string } | null
    found: Found[]
    limit: number
  }>({
    name: 'why not held',
    text: `
      with found as (
        select public_id as "publicId", withdrawn, offline, booking.is_free(b) as free, kind
        from booking.bookable b
        where public_id = any($3::uuid[])
      )
      select
        (select json_build_object(
            'operation', operation, 'hash', encode(input_hash, 'hex'), 'bookingId', booking_id)
          from booking.request where customer_id = $1 and request_id = $2) as request,
        (select coalesce(json_agg(found), '[]') from found) as found,
        -- Of the kinds found; when none was found, of any.
        (select coalesce(min(max_items) filter (where kind in (select kind from found)), min(max_items))
          from booking.policy) as limit`,
    values: [customerId, requestId, publicIds],
  })
  const [row] = rows
  if (!row) throw new Error('a select without from has one row')
  const { request, found, limit } = row
  return { request: request && { ...request, inputHash: Buffer.from(request.hash, 'hex') }, found, limit }
}

/**
 * Public ids of the nearest things of the same kind that can be held now, nearest to the first of `publicIds` that has a
 * place, at most 5.
 */
export async function nearestFree(db: Queryable, publicIds: readonly string[]): Promise<Alternative[]> {
  const { rows } = await db.query<Alternative>({
    name: 'nearest free',
    text: `
      with here as (
        select kind, latitude, longitude
        from booking.bookable
        where public_id = any($1::uuid[]) and latitude is not null
        order by array_position($1::uuid[], public_id)
        limit 1
      )
      select near.public_id as id
      from here
      cross join lateral (
        -- The index orders by degrees, in which a degree of longitude is as long as one of latitude. The true nearest 5
        -- are among its nearest 50 wherever people live.
        select b.public_id, b.latitude, b.longitude
        from booking.bookable b
        where b.kind = here.kind
          and not b.withdrawn
          and not b.offline
          and booking.is_free(b)
          and b.public_id <> all($1::uuid[])
          and b.latitude is not null
        order by point(b.longitude, b.latitude) <-> point(here.longitude, here.latitude)
        limit 50
      ) near
      order by
        (near.latitude - here.latitude) ^ 2
        + ((near.longitude - here.longitude) * cos(radians(here.latitude))) ^ 2
      limit 5`,
    values: [publicIds],
  })
  return rows
}
