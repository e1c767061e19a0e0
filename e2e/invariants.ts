import { setTimeout as sleep } from 'node:timers/promises'
import type { Addresses } from '@holdfast/dev'
import pg from 'pg'

/**
 * What must be true of everything together once nothing is under way, asked of the database by its owner: no subgraph
 * can see this much, and a subgraph's own view could share its own mistake. Each query names the rows that break it.
 */
const invariants: Readonly<Record<string, string>> = {
  'a thing with two holders': `
    select bookable_id as broken from booking.booking_item where live group by bookable_id having count(*) > 1`,
  'a thing whose holder does not occupy it, or the other way round': `
    select coalesce(u.id, i.bookable_id) as broken
    from (select id, holder from booking.bookable where holder is not null) u
    full join (
      select i.bookable_id, i.booking_id
      from booking.booking_item i join booking.booking b on b.id = i.booking_id
      where b.state in ('HELD', 'PROCESSING', 'CONFIRMED', 'ACTIVE', 'NEEDS_REVIEW')
    ) i on i.bookable_id = u.id and i.booking_id = u.holder
    where u.id is null or i.bookable_id is null`,
  'the stock does not add up: things = free + held + taken': `
    select total || ' = ' || free || ' + ' || held || ' + ' || taken as broken
    from (
      select
        (select count(*) from booking.bookable) as total,
        (select count(*) from booking.bookable where holder is null) as free,
        (select count(*) from booking.booking_item i join booking.booking b on b.id = i.booking_id
         where b.state in ('HELD', 'PROCESSING', 'NEEDS_REVIEW')) as held,
        (select count(*) from booking.booking_item i join booking.booking b on b.id = i.booking_id
         where b.state in ('CONFIRMED', 'ACTIVE')) as taken
    ) stock
    where total <> free + held + taken`,
  'money taken or frozen without a booking that asks for it': `
    select p.id as broken
    from payment.payment p left join booking.booking b on b.id = p.booking_id
    where (p.state = 'CAPTURED' and b.state is distinct from 'COMPLETED')
       or (p.state = 'AUTHORIZED' and (b.state is null or b.state not in ('CONFIRMED', 'ACTIVE')))`,
  'a booking without its money': `
    select b.id as broken
    from booking.booking b
    where (b.state = 'COMPLETED' and not exists (
        select from payment.payment p where p.booking_id = b.id and p.state = 'CAPTURED'
          and p.captured_minor = least(b.fare_minor, p.amount_minor)))
      or (b.state in ('CONFIRMED', 'ACTIVE') and not exists (
        select from payment.payment p where p.booking_id = b.id and p.state = 'AUTHORIZED'))`,
  'a receipt that is missing, or a gap in their numbers': `
    select p.id::text as broken from payment.payment p
    where p.state = 'CAPTURED' and not exists (select from payment.receipt r where r.payment_id = p.id)
    union all
    select 'last ' || last_number || ' of ' || (select count(*) from payment.receipt)
    from payment.receipt_series where last_number <> (select count(*) from payment.receipt)`,
  'a running trip without an active booking, or the other way round': `
    select coalesce(t.booking_id, b.id) as broken
    from (select booking_id from fleet.trip where ended_at is null) t
    full join (select id from booking.booking where state = 'ACTIVE') b on b.id = t.booking_id
    where t.booking_id is null or b.id is null`,
  'a vehicle shown as free that booking would not give': `
    select a.vehicle_id as broken
    from fleet.vehicle_availability a join booking.bookable u on u.id = a.vehicle_id
    where u.holder is not null or u.public_id <> a.public_id`,
  'an event that has not left': `
    select 'booking ' || count(*) as broken from booking.outbox where published_at is null having count(*) > 0
    union all select 'fleet ' || count(*) from fleet.outbox where published_at is null having count(*) > 0
    union all select 'payment ' || count(*) from payment.outbox where published_at is null having count(*) > 0`,
}

const settleMs = 20_000

/** The invariants that do not hold, with examples; empty is good. What is still on its way gets 20 s to arrive. */
export async function brokenInvariants({ databaseUrls, stripeUrl }: Addresses): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrls.owner, connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    const until = Date.now() + settleMs
    for (;;) {
      const broken: string[] = []
      for (const [name, query] of Object.entries(invariants)) {
        const { rows } = await client.query<{ broken: string }>(query)
        if (rows.length > 0) broken.push(`${name}: ${rows.length}, such as ${rows[0]?.broken}`)
      }
      if (stripeUrl) broken.push(...(await brokenAtStripe(client, stripeUrl)))
      if (broken.length === 0 || Date.now() > until) return broken
      await sleep(500)
    }
  } finally {
    await client.end()
  }
}

interface Intent {
  id: string
  status: string
  amount_received: number
}

/** Stripe's own books against ours: nothing there that we do not know, nothing here that Stripe does not. */
async function brokenAtStripe(client: pg.Client, stripeUrl: string): Promise<string[]> {
  const response = await fetch(`${stripeUrl}/_emulator/intents`, { signal: AbortSignal.timeout(10_000) })
  const { data } = (await response.json()) as { data: Intent[] }
  const { rows } = await client.query<{ intent_id: string; state: string; captured_minor: number | null }>(
    'select intent_id, state, captured_minor from payment.payment where intent_id is not null',
  )
  const ours = new Map(rows.map((row) => [row.intent_id, row]))
  const wrong = data.filter((intent) => {
    const payment = ours.get(intent.id)
    if (intent.status === 'requires_capture') return payment?.state !== 'AUTHORIZED'
    if (intent.status === 'succeeded')
      return payment?.state !== 'CAPTURED' || payment.captured_minor !== intent.amount_received
    return payment !== undefined && ['AUTHORIZED', 'CAPTURED'].includes(payment.state)
  })
  const theirs = new Set(data.map(({ id }) => id))
  const unknown = rows.filter(({ intent_id }) => !theirs.has(intent_id))
  return [
    ...wrong.map(({ id, status }) => `Stripe says ${status} of ${id}, we say ${ours.get(id)?.state ?? 'nothing'}`),
    ...unknown.map(({ intent_id }) => `Stripe does not know ${intent_id}`),
  ].slice(0, 5)
}
