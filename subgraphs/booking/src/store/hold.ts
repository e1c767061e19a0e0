/**
 * The hold. One statement decides who gets a bookable: it takes all requested bookables or none, and writes the booking, its
 * items, the request and (by triggers) the customer's counters and the event.
 */
import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import { DatabaseError, type Queryable } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'
import type { Booking } from '../domain/booking.ts'
import type { Alternative, HoldRefusal, RequestedBookable } from '../domain/hold.ts'
import { type BookingRow, bookingColumns, parseBooking } from './booking-row.ts'

export interface HoldRequest {
  readonly bookingId: string
  readonly customerId: string
  readonly publicIds: readonly string[]
  readonly requestId: string
  readonly inputHash: Buffer
}

/** Parameters: booking id, customer id, public ids, request id, input hash, traceparent. Returns no row when refused. */
export const holdStatement = {
  name: 'hold',
  text: `
    with requested as materialized (
      select b.id, b.holder
      from booking.bookable b
      join booking.policy p on p.kind = b.kind
      where b.public_id = any($3::uuid[])
        and cardinality($3::uuid[]) <= p.max_items
        and booking.is_free(b)
    ),
    -- A requested bookable may still belong to a hold that has run out. Expiring it frees its other bookables too, so they
    -- are locked as well, all in the order of their ids. After waiting for a lock, Postgres checks these conditions again.
    locked as materialized (
      select b.id, b.holder, b.public_id = any($3::uuid[]) and not b.withdrawn and not b.offline as takeable
      from booking.bookable b
      where b.id = any(array(
          select id from requested
          union
          select unnest(k.bookable_ids)
          from booking.booking k
          where k.id = any(array(select holder from requested)) and (select count(holder) from requested) > 0
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
    overdue as materialized (
      select k.id, k.customer_id
      from booking.booking k
      where k.id = any(array(select holder from locked))
        and (select count(holder) from locked) > 0
        and (select count(*) from held) > 0
    ),
    -- Locked in the order of their ids before any counter changes: two customers may take each other's overdue bookables at
    -- the same time.
    customers as materialized (
      select r.customer_id
      from booking.customer r
      where r.customer_id = any(array(select customer_id from overdue union select $2::uuid))
      order by r.customer_id
      for update
    ),
    -- The trigger frees the bookables that the overdue booking still has. "held" must have taken its bookables before that:
    -- "overdue" counts "held", so "held" runs first and completely. And the old items must stop being live before the new ones
    -- are inserted: "items" counts "expired", so "expired" runs first.
    expired as (
      update booking.booking k
      set state = 'EXPIRED', expires_at = null
      where k.id = any(array(select id from overdue))
        and (select count(*) from overdue) > 0
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
    created as (
      insert into booking.booking
        (id, customer_id, kind, bookable_ids, currency, authorise_minor, expires_at, hold_expires_at, traceparent)
      select $1, $2,
        -- All of one kind and one currency. A second row is an error, and the statement changes nothing.
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
      where (select count(*) from expired) >= 0
    ),
    request as (
      insert into booking.request (customer_id, request_id, operation, input_hash, booking_id)
      select $2, $4, 'createBooking', $5, id from created
    )
    select ${bookingColumns},
      (select json_agg(json_build_object(
          'currency', currency,
          'unlock_minor', unlock_minor,
          'per_minute_minor', per_minute_minor,
          'cap_minor', cap_minor,
          'authorise_minor', authorise_minor,
          'bookable', json_build_object('public_id', public_id)
        ) order by id) from priced) as items
    from created b`,
}

/** Takes the bookables. When it refuses with null, `factsOfRefusedHold` reads what the reason follows from. */
export async function hold(db: Queryable, request: HoldRequest): Promise<Outcome<Booking, HoldRefusal | null>> {
  const { bookingId, customerId, publicIds, requestId, inputHash } = request
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

/** The refusal that an error of the database stands for; rethrows any other error. booking.on_hold() raises the codes HB. */
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
    case '40P01': // deadlock_detected: nothing has changed, so the caller tries again
      return null
    default:
      throw err
  }
}

/** What explains a refused hold: an earlier request with the same id, the bookables now, the most items of a booking. */
export async function factsOfRefusedHold(db: Queryable, { customerId, requestId, publicIds }: HoldRequest) {
  const { rows } = await db.query<{
    request: { operation: string; hash: string; bookingId: string } | null
    found: RequestedBookable[]
    limit: number
  }>({
    name: 'facts of a refused hold',
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
        -- The limit of the kinds found; when none was found, of any kind.
        (select coalesce(min(max_items) filter (where kind in (select kind from found)), min(max_items))
          from booking.policy) as limit`,
    values: [customerId, requestId, publicIds],
  })
  const [row] = rows
  if (!row) throw new Error('a select without from returns one row')
  const { request, found, limit } = row
  return { earlierRequest: request && { ...request, inputHash: Buffer.from(request.hash, 'hex') }, found, limit }
}

/**
 * At most 5 bookables of the same kind that can be held now: the nearest to the first of `publicIds` that has a place, nearest
 * first.
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
        -- The index orders by degrees, as if a degree of longitude were as long as one of latitude. In inhabited places the 5
        -- nearest by distance are among the 50 nearest by degrees.
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
