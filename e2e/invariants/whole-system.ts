import { setTimeout as sleep } from 'node:timers/promises'
import type { Addresses } from '@holdfast/dev'
import pg from 'pg'
import { bookingInvariants } from './booking.ts'
import { brokenInvariants as brokenInDatabase, type Invariants } from './check.ts'
import { paymentInvariants } from './payment.ts'

/**
 * True of everything together once nothing is under way. The owner of the database runs them: no subgraph can read this
 * much, and what a subgraph reads could repeat its own mistake.
 */
const invariants: Invariants = {
  ...bookingInvariants,
  ...paymentInvariants,
  'a trip runs exactly while its booking is active': `
    select coalesce(t.booking_id, b.id)::text as broken
    from (select booking_id from fleet.trip where ended_at is null) t
    full join (select id from booking.booking where state = 'ACTIVE') b on b.id = t.booking_id
    where t.booking_id is null or b.id is null`,
  'a vehicle that is shown as free is free, under the same public id': `
    select a.vehicle_id::text as broken
    from fleet.vehicle_availability a join booking.bookable u on u.id = a.vehicle_id
    where u.holder is not null or u.public_id <> a.public_id`,
  'every event is published': `
    select 'booking ' || count(*) as broken from booking.outbox where published_at is null having count(*) > 0
    union all select 'fleet ' || count(*) from fleet.outbox where published_at is null having count(*) > 0
    union all select 'payment ' || count(*) from payment.outbox where published_at is null having count(*) > 0`,
}

const settleMs = 20_000

/** The invariants that do not hold, with an example each; empty is good. Waits up to 20 s until all of them hold. */
export async function brokenInvariants({ databaseUrls, stripeUrl }: Addresses): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrls.owner, connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    const until = Date.now() + settleMs
    for (;;) {
      const broken = (await brokenInDatabase(client, invariants)).map(
        ({ invariant, examples }) => `${invariant}: ${examples.length}, such as ${examples[0]}`,
      )
      if (stripeUrl) broken.push(...(await differencesAtStripe(client, stripeUrl)))
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

/** Compares Stripe's intents with the payments: each knows every intent of the other, in the same state. */
async function differencesAtStripe(client: pg.Client, stripeUrl: string): Promise<string[]> {
  const response = await fetch(`${stripeUrl}/_emulator/intents`, { signal: AbortSignal.timeout(10_000) })
  const { data } = (await response.json()) as { data: Intent[] }
  const { rows } = await client.query<{ intent_id: string; state: string; captured_minor: number | null }>(
    'select intent_id, state, captured_minor from payment.payment where intent_id is not null',
  )
  const payments = new Map(rows.map((row) => [row.intent_id, row]))
  const wrong = data.filter((intent) => {
    const payment = payments.get(intent.id)
    if (intent.status === 'requires_capture') return payment?.state !== 'AUTHORIZED'
    if (intent.status === 'succeeded')
      return payment?.state !== 'CAPTURED' || payment.captured_minor !== intent.amount_received
    return payment !== undefined && ['AUTHORIZED', 'CAPTURED'].includes(payment.state)
  })
  const known = new Set(data.map(({ id }) => id))
  const unknown = rows.filter(({ intent_id }) => !known.has(intent_id))
  return [
    ...wrong.map(
      ({ id, status }) => `Stripe says ${status} of ${id}, the payment is ${payments.get(id)?.state ?? 'unknown'}`,
    ),
    ...unknown.map(({ intent_id }) => `Stripe does not know ${intent_id}`),
  ].slice(0, 5)
}
