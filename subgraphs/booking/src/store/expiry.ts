import type { Queryable } from '@holdfast/service/postgres'

/** The most bookings that one statement ends, so that it holds its locks for milliseconds only. */
export const batchSize = 500

/** Expires bookings that are due, oldest first, and returns how many. Skips those whose bookables are locked; they stay due. */
export async function expireDueBookings(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ expired: number }>({
    name: 'expire due bookings',
    text: `
      with due as materialized (
        select id, customer_id, bookable_ids
        from booking.booking
        where state in ('HELD', 'CONFIRMED') and expires_at <= now()
        order by expires_at
        limit ${batchSize}
      ),
      locked as materialized (
        select b.id, b.holder
        from booking.bookable b
        where b.id = any(array(select unnest(bookable_ids) from due))
          and b.holder = any(array(select id from due))
        order by b.id
        for update skip locked
      ),
      -- Only bookings of which all bookables are locked here: nobody else is changing them.
      expirable as materialized (
        select d.id, d.customer_id
        from due d
        where cardinality(d.bookable_ids) = (select count(*) from locked l where l.holder = d.id)
      ),
      customers as materialized (
        select r.customer_id
        from booking.customer r
        where r.customer_id = any(array(select customer_id from expirable))
        order by r.customer_id
        for update
      ),
      expired as (
        update booking.booking k
        set state = 'EXPIRED', expires_at = null
        where k.id = any(array(select id from expirable))
          and k.customer_id = any(array(select customer_id from customers))
          and k.state in ('HELD', 'CONFIRMED')
          and k.expires_at <= now()
        returning k.id
      )
      select count(*) as expired from expired`,
  })
  return rows[0]?.expired ?? 0
}

/** Milliseconds until the next booking is due; negative when one is due already, Infinity when there is none. */
export async function msUntilNextDue(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ ms: number | null }>({
    name: 'next due',
    text: `
      select extract(epoch from min(expires_at) - clock_timestamp())::float8 * 1000 as ms
      from booking.booking
      where state in ('HELD', 'CONFIRMED')`,
  })
  return rows[0]?.ms ?? Number.POSITIVE_INFINITY
}
