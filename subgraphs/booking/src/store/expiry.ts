import type { Queryable } from '@holdfast/service/postgres'

/** The most bookings one statement ends; its locks are held for some milliseconds. */
export const sweepBatch = 500

/** Ends bookings whose time is over, oldest first, and says how many. Those that somebody is at are left for the next time. */
export async function expireDue(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ expired: number }>({
    name: 'expire due',
    text: `
      with due as materialized (
        select id, customer_id, bookable_ids
        from booking.booking
        where state in ('HELD', 'CONFIRMED') and expires_at <= now()
        order by expires_at
        limit ${sweepBatch}
      ),
      locked as materialized (
        select b.id, b.holder
        from booking.bookable b
        where b.id = any(array(select unnest(bookable_ids) from due))
          and b.holder = any(array(select id from due))
        order by b.id
        for update skip locked
      ),
      -- With all its things locked nobody else is at it.
      mine as materialized (
        select d.id, d.customer_id
        from due d
        where cardinality(d.bookable_ids) = (select count(*) from locked l where l.holder = d.id)
      ),
      customers as materialized (
        select r.customer_id
        from booking.customer r
        where r.customer_id = any(array(select customer_id from mine))
        order by r.customer_id
        for update
      ),
      expired as (
        update booking.booking k
        set state = 'EXPIRED', expires_at = null
        where k.id = any(array(select id from mine))
          and k.customer_id = any(array(select customer_id from customers))
          and k.state in ('HELD', 'CONFIRMED')
          and k.expires_at <= now()
        returning k.id
      )
      select count(*) as expired from expired`,
  })
  return rows[0]?.expired ?? 0
}

/** Milliseconds until the next booking's time is over; negative when one waits already, Infinity when none will. */
export async function nextDueInMs(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ ms: number | null }>({
    name: 'next due',
    text: `
      select extract(epoch from min(expires_at) - clock_timestamp())::float8 * 1000 as ms
      from booking.booking
      where state in ('HELD', 'CONFIRMED')`,
  })
  return rows[0]?.ms ?? Number.POSITIVE_INFINITY
}
