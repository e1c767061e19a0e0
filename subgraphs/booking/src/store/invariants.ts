import type { Queryable } from '@holdfast/service/postgres'
import { occupying } from '../domain/booking.ts'

const occupyingStates = occupying.map((state) => `'${state}'`).join(', ')

/**
 * What must be true of the ledger at every instant, each as a query for the rows that break it. Readable by whoever may
 * read the schema `booking`.
 */
export const invariants: Readonly<Record<string, string>> = {
  'one holder: a bookable has a holder exactly when one live item says so, of a booking that occupies it': `
    select coalesce(u.id, i.bookable_id)::text as broken
    from (select id, holder from booking.bookable where holder is not null) u
    full join (
      select i.bookable_id, i.booking_id
      from booking.booking_item i
      where i.live
    ) i on i.bookable_id = u.id and i.booking_id = u.holder
    left join booking.booking b on b.id = i.booking_id
    where u.id is null
      or i.bookable_id is null
      or b.state not in (${occupyingStates})`,
  'all or nothing: an occupying booking has all its things, and any other none': `
    select b.id::text as broken
    from booking.booking b
    where case when b.state in (${occupyingStates})
      then cardinality(b.bookable_ids) else 0 end
      <> (select count(*) from booking.booking_item i where i.booking_id = b.id and i.live)`,
  'only time that counts: a bookable may be pushed aside exactly when its booking is a hold, and then with it': `
    select u.id::text as broken
    from booking.bookable u
    join booking.booking b on b.id = u.holder
    where u.held_until <> case when b.state = 'HELD' then b.expires_at else 'infinity' end`,
  'counted right: a customer has as many open holds as bookings that are held or being paid': `
    select r.customer_id::text as broken
    from booking.customer r
    where r.open_holds <> (
      select count(*) from booking.booking b
      where b.customer_id = r.customer_id and b.state in ('HELD', 'PROCESSING', 'NEEDS_REVIEW'))`,
}

/** The invariants that do not hold, by name with an example; empty is good. One snapshot each, so safe under load. */
export async function brokenInvariants(db: Queryable): Promise<string[]> {
  const broken: string[] = []
  for (const [name, query] of Object.entries(invariants)) {
    const { rows } = await db.query<{ broken: string }>(query)
    if (rows[0]) broken.push(`${name} (${rows.length}, such as ${rows[0].broken})`)
  }
  return broken
}
