/**
 * Publishes an owner's outbox to its Redis stream, at least once and in the order of the rows. Each row is marked as
 * published; "the last id" would not do, because ids become visible out of order.
 */

import { asLeader } from '../postgres/leader.ts'
import { deleteOlderThan, type Pool } from '../postgres/pool.ts'
import { pause, repeat } from '../process/lifecycle.ts'
import type { Log } from '../process/log.ts'
import { counter, gauge } from '../process/metrics.ts'
import type { Redis } from '../redis/client.ts'

const batch = 500
const idleMs = 40 // Also the longest delay of an event in a quiet system.
// A stream is only refilled from the outbox, so an inbox need not remember for longer.
const keepFor = '7 days'
const streamLength = 200_000
// A Redis that crashed may have lost its last second (appendfsync everysec). After a restart, everything this young is
// published again, in order; consumers drop what their inbox has.
const republishFor = '2 minutes'

const published = counter('outbox_published_total', 'Events published to the stream', ['owner'])
const pending = gauge('outbox_pending', 'Events not yet published to the stream', ['owner'])

interface OutboxRow {
  id: number
  event_id: string
  subject: string
  type: string
  data: unknown
  traceparent: string | null
  created_at: Date
}

/** Runs until aborted, in one process per owner at a time. Also deletes old rows of the owner's outbox and inbox. */
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
  let runId: string | undefined

  /** Changes when Redis restarts. */
  const currentRunId = async () => /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1]

  const publishBatch = async (): Promise<number> => {
    const now = await currentRunId()
    if (now !== runId) {
      await pool.query(`update ${owner}.outbox set published_at = null where published_at > now() - $1::interval`, [
        republishFor,
      ])
      runId = now
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
    runId = undefined
    const cleanup = repeat(signal, 60_000, log, async () => {
      await deleteOlderThan(pool, { table: `${owner}.outbox`, column: 'published_at', keepFor }, signal)
      await deleteOlderThan(pool, { table: `${owner}.inbox`, column: 'received_at', keepFor }, signal)
    })
    await repeat(signal, 0, log, async () => {
      if ((await publishBatch()) < batch) await pause(idleMs, signal)
    })
    await cleanup
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
