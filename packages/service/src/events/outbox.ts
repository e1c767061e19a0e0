import type { Transaction } from '../postgres/pool.ts'
import { traceparent } from '../process/trace.ts'

/** An event to publish. `subject` orders it: the events of one subject are consumed in the order they were written. */
export interface NewEvent {
  readonly subject: string
  readonly type: string
  readonly data: unknown
}

/**
 * Writes to the outbox of one owner. The events are rows of the transaction that makes them true; the relay publishes
 * them after it has committed.
 */
export const outbox =
  <E extends NewEvent>(owner: string) =>
  async (tx: Transaction, ...events: readonly E[]): Promise<void> => {
    if (events.length === 0) return
    await tx.query({
      name: `write ${owner} outbox`,
      text: `
        insert into ${owner}.outbox (subject, type, data, traceparent)
        select e.subject, e.type, e.data, $4
        from unnest($1::uuid[], $2::text[], $3::jsonb[]) with ordinality as e (subject, type, data, n)
        order by e.n`,
      values: [
        events.map(({ subject }) => subject),
        events.map(({ type }) => type),
        events.map(({ data }) => JSON.stringify(data)),
        traceparent() ?? null,
      ],
    })
  }
