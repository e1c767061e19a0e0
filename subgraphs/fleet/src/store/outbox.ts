import type { EventType, Payload } from '@holdfast/contracts'
import type { Transaction } from '@holdfast/service/postgres'
import { traceparent } from '@holdfast/service/process'

/** A fact about a vehicle, for the other owners. */
export type Fact = {
  [K in EventType]: { readonly subject: string; readonly type: K; readonly data: Payload<K> }
}[EventType]

/** Writes facts into the outbox, to leave when the transaction has committed. */
export async function publish(tx: Transaction, facts: readonly Fact[]): Promise<void> {
  if (facts.length === 0) return
  await tx.query({
    name: 'publish facts',
    text: `
      insert into fleet.outbox (subject, type, data, traceparent)
      select f.subject, f.type, f.data, $4
      from unnest($1::uuid[], $2::text[], $3::jsonb[]) with ordinality as f (subject, type, data, n)
      order by f.n`,
    values: [
      facts.map(({ subject }) => subject),
      facts.map(({ type }) => type),
      facts.map(({ data }) => JSON.stringify(data)),
      traceparent() ?? null,
    ],
  })
}
