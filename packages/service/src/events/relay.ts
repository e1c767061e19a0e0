/**
 * Moves an owner's outbox to its Redis stream, at least once and in the order of the rows. Rows are marked published
 * one by one instead of remembering "the last id": ids become visible out of order.
 */

import { asLeader } from '../postgres/leader.ts'
import { deleteOlderThan, type Pool } from '../postgres/pool.ts'
import { pause, repeat } from '../process/lifecycle.ts'
import type { Log } from '../process/log.ts'
import { counter, gauge } from '../process/metrics.ts'
import type { Redis } from '../redis/client.ts'

const batch = 500
const idleMs = 40 // Also the longest that a quiet system keeps an event back.
// A stream is only ever filled again from what its outbox still has, so an inbox need not remember for longer.
const keepFor = '7 days'
const streamLength = 200_000
// A Redis that died may have lost the last second of its log (appendfsync everysec): everything this young goes out
// again after it comes back, in order, and consumers drop what they know.
const republishFor = '2 minutes'

const published = counter('outbox_published_total', 'Events moved to the stream', ['owner'])
const pending = gauge('outbox_pending', 'Events not yet moved to the stream', ['owner'])

interface OutboxRow {
  id: number
  event_id: string
  subject: string
  type: string
  data: unknown
  traceparent: string | null
  created_at: Date
}

/** Runs until aborted, in one process per owner at a time. Forgets what is old in the owner's outbox and inbox as well. */
export function relayOutbox(options: {
  readonly owner: string
  readonly databaseUrl: string
  readonly pool: Pool
  readonly redis: Redis
  readonly log: Log
  readonly signal: AbortSignal
}): Promise<void> {
  const { owner, pool, redis, log } = options
  const stream = `events:${owner}`
  let incarnation: string | undefined

  /** Of a Redis server: changes when it was restarted. */
  const currentIncarnation = async () => /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1]

  const publishBatch = async (): Promise<number> => {
    const now = await currentIncarnation()
    if (now !== incarnation) {
      await pool.query(`update ${owner}.outbox set published_at = null where published_at > now() - $1::interval`, [
        republishFor,
      ])
      incarnation = now
    }
    const { rows } = await pool.query<OutboxRow>({
      name: `${owner} outbox`,
      text: `
        select id, event_id, subject, type, data, traceparent, created_at
        from ${owner}.outbox
        where published_at is null
        order by id
        limit ${batch}`,
    })
    pending.set({ owner }, rows.length)
    if (rows.length === 0) return 0
    const pipeline = redis.pipeline()
    for (const row of rows) {
      const event = JSON.stringify(cloudEvent(owner, row))
      pipeline.xadd(stream, 'MAXLEN', '~', streamLength, '*', 'event', event)
      pipeline.publish(`changes:${owner}:${row.subject}`, event)
    }
    for (const [err] of (await pipeline.exec()) ?? []) if (err) throw err
    await pool.query({
      name: `${owner} outbox published`,
      text: `update ${owner}.outbox set published_at = now() where id = any($1)`,
      values: [rows.map((row) => row.id)],
    })
    published.inc({ owner }, rows.length)
    return rows.length
  }

  return asLeader(options.databaseUrl, `relay ${owner}`, options.signal, log, async (signal) => {
    incarnation = undefined
    const tidy = repeat(signal, 60_000, log, async () => {
      await deleteOlderThan(pool, { table: `${owner}.outbox`, column: 'published_at', keepFor }, signal)
      await deleteOlderThan(pool, { table: `${owner}.inbox`, column: 'received_at', keepFor }, signal)
    })
    await repeat(signal, 0, log, async () => {
      if ((await publishBatch()) < batch) await pause(idleMs, signal)
    })
    await tidy
  })
}

/** CloudEvents 1.0 with the distributed tracing extension. */
const cloudEvent = (owner: string, row: OutboxRow) => ({
  specversion: '1.0',
  id: row.event_id,
  source: `/holdfast/${owner}`,
  type: row.type,
  subject: row.subject,
  time: row.created_at.toISOString(),
  ...(row.traceparent && { traceparent: row.traceparent }),
  data: row.data,
})
