import { liveStates } from '../../subgraphs/booking/src/domain/booking.ts'
import type { Invariants } from './check.ts'

const live = liveStates.map((state) => `'${state}'`).join(', ')

/** True at every instant. They read the schema `booking` only. */
export const bookingInvariants: Invariants = {
  'one holder: a bookable has a holder exactly when one live item of a live booking says so': `
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
      or b.state not in (${live})`,
  'all or nothing: a live booking has all its bookables, and any other has none': `
    select b.id::text as broken
    from booking.booking b
    where case when b.state in (${live})
      then cardinality(b.bookable_ids) else 0 end
      <> (select count(*) from booking.booking_item i where i.booking_id = b.id and i.live)`,
  'only holds run out: the time of a bookable ends with its booking when that is HELD, and never otherwise': `
    select u.id::text as broken
    from booking.bookable u
    join booking.booking b on b.id = u.holder
    where u.held_until <> case when b.state = 'HELD' then b.expires_at else 'infinity' end`,
  'a customer has as many open holds as bookings that are held or being paid for': `
    select r.customer_id::text as broken
    from booking.customer r
    where r.open_holds <> (
      select count(*) from booking.booking b
      where b.customer_id = r.customer_id and b.state in ('HELD', 'PROCESSING', 'NEEDS_REVIEW'))`,
  'the bookables add up: all = free + held + taken': `
    select total || ' = ' || free || ' + ' || held || ' + ' || taken as broken
    from (
      select
        (select count(*) from booking.bookable) as total,
        (select count(*) from booking.bookable where holder is null) as free,
        (select count(*) from booking.booking_item i join booking.booking b on b.id = i.booking_id
         where b.state in ('HELD', 'PROCESSING', 'NEEDS_REVIEW')) as held,
        (select count(*) from booking.booking_item i join booking.booking b on b.id = i.booking_id
         where b.state in ('CONFIRMED', 'ACTIVE')) as taken
    ) sums
    where total <> free + held + taken`,
}
