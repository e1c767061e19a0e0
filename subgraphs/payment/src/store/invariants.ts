import type { Queryable } from '@holdfast/service/postgres'
import { eventsOfConcern } from '../domain/payment.ts'

/**
 * What must hold between money and bookings once nothing is under way. Each query returns the rows that break it. They
 * look into both schemas, so they run as the database's owner, in checks and stories, never in a request.
 */
const invariants = {
  'a charge has a completed booking': `
    select p.id as payment, p.booking_id as booking
    from payment.payment p left join booking.booking b on b.id = p.booking_id
    where p.state = 'CAPTURED' and b.state is distinct from 'COMPLETED'`,
  'a completed booking that costs something is charged, up to what was authorised': `
    select b.id as booking, b.fare_minor as fare, p.captured_minor as captured
    from booking.booking b left join payment.payment p on p.booking_id = b.id and p.state = 'CAPTURED'
    where b.state = 'COMPLETED' and b.fare_minor > 0
      and p.captured_minor is distinct from least(b.fare_minor, b.authorise_minor)`,
  'a booking that goes on has its money frozen': `
    select b.id as booking, b.state
    from booking.booking b
    where b.state in ('CONFIRMED', 'ACTIVE')
      and not exists (select from payment.payment p where p.booking_id = b.id and p.state = 'AUTHORIZED')`,
  'no authorisation outlives its booking': `
    select p.id as payment, p.state, b.state as booking_state
    from payment.payment p left join booking.booking b on b.id = p.booking_id
    where p.state in ('AUTHORIZING', 'REQUIRES_ACTION', 'AUTHORIZED')
      and coalesce(b.state not in ('PROCESSING', 'NEEDS_REVIEW', 'CONFIRMED', 'ACTIVE'), true)`,
  'a booking has at most one payment that lives or has taken money': `
    select booking_id as booking, count(*) as payments
    from payment.payment
    where state in ('AUTHORIZING', 'REQUIRES_ACTION', 'AUTHORIZED', 'CAPTURED')
    group by booking_id having count(*) > 1`,
  'the receipts sum up to what was captured': `
    select captured.currency, captured.minor as captured, receipts.minor as receipts
    from (select currency, sum(captured_minor) as minor from payment.payment where state = 'CAPTURED' group by 1) captured
    full join (select currency, sum(gross_minor) as minor from payment.receipt group by 1) receipts using (currency)
    where captured.minor is distinct from receipts.minor`,
  'receipt numbers have no gap': `
    select count(*) as receipts, max(number) as last_number
    from payment.receipt
    having count(*) <> coalesce(max(number), 0)`,
} as const

export interface BrokenInvariant {
  readonly invariant: string
  /** At most ten of the rows that break it. */
  readonly rows: readonly unknown[]
}

/** The invariants that do not hold. Ask when `paymentsUnderWay` is 0. */
export async function brokenInvariants(db: Queryable): Promise<BrokenInvariant[]> {
  const broken: BrokenInvariant[] = []
  for (const [invariant, query] of Object.entries(invariants)) {
    const { rows } = await db.query(`${query} limit 10`)
    if (rows.length > 0) broken.push({ invariant, rows })
  }
  return broken
}

/** How much is still to be done: payments that are looked at again, and events of bookings that have not arrived. */
export async function paymentsUnderWay(db: Queryable): Promise<number> {
  const { rows } = await db.query(
    `select
      (select count(*) from payment.payment where next_try_at is not null)
      + (select count(*) from booking.outbox o where o.type = any($1) and not exists (
           select from payment.inbox i where i.consumer = 'payment-booking' and i.event_id = o.event_id)) as n`,
    [eventsOfConcern],
  )
  return Number(rows[0].n)
}
