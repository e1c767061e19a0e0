import type { Invariants } from './check.ts'

/**
 * True between money and bookings once no payment and no event is under way. They read both schemas, so only the owner of
 * the database can run them.
 */
export const paymentInvariants: Invariants = {
  'a charge has a completed booking': `
    select p.id::text as broken
    from payment.payment p left join booking.booking b on b.id = p.booking_id
    where p.state = 'CAPTURED' and b.state is distinct from 'COMPLETED'`,
  'a completed booking that costs something is charged, up to what was authorised': `
    select b.id || ': fare ' || b.fare_minor || ', captured ' || coalesce(p.captured_minor, 0) as broken
    from booking.booking b left join payment.payment p on p.booking_id = b.id and p.state = 'CAPTURED'
    where b.state = 'COMPLETED' and b.fare_minor > 0
      and p.captured_minor is distinct from least(b.fare_minor, b.authorise_minor)`,
  'a booking that is confirmed or active has an authorisation': `
    select b.id || ': ' || b.state as broken
    from booking.booking b
    where b.state in ('CONFIRMED', 'ACTIVE')
      and not exists (select from payment.payment p where p.booking_id = b.id and p.state = 'AUTHORIZED')`,
  'no authorisation outlives its booking': `
    select p.id || ': ' || p.state || ', booking ' || coalesce(b.state::text, 'missing') as broken
    from payment.payment p left join booking.booking b on b.id = p.booking_id
    where p.state in ('AUTHORIZING', 'REQUIRES_ACTION') and coalesce(b.state not in ('PROCESSING', 'NEEDS_REVIEW'), true)
      or p.state = 'AUTHORIZED' and coalesce(b.state not in ('CONFIRMED', 'ACTIVE'), true)`,
  'a booking has at most one payment that is live or captured': `
    select booking_id || ': ' || count(*) as broken
    from payment.payment
    where state in ('AUTHORIZING', 'REQUIRES_ACTION', 'AUTHORIZED', 'CAPTURED')
    group by booking_id having count(*) > 1`,
  'every charge has a receipt': `
    select p.id::text as broken
    from payment.payment p
    where p.state = 'CAPTURED' and not exists (select from payment.receipt r where r.payment_id = p.id)`,
  'the receipts sum up to what was captured': `
    select currency || ': captured ' || coalesce(captured.minor, 0) || ', receipts ' || coalesce(receipts.minor, 0) as broken
    from (select currency, sum(captured_minor) as minor from payment.payment where state = 'CAPTURED' group by 1) captured
    full join (select currency, sum(gross_minor) as minor from payment.receipt group by 1) receipts using (currency)
    where captured.minor is distinct from receipts.minor`,
  'receipt numbers have no gap': `
    select count(*) || ' receipts, the last one has number ' || max(number) as broken
    from payment.receipt
    having count(*) <> coalesce(max(number), 0)
    union all
    select (select count(*) from payment.receipt) || ' receipts, the next one follows ' || last_number
    from payment.receipt_series
    where last_number <> (select count(*) from payment.receipt)`,
}
