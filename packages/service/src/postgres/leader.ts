import pg from 'pg'
import { pause } from '../process/lifecycle.ts'
import type { Log } from '../process/log.ts'
import { queryMs } from './pool.ts'

/**
 * Runs `work` in one process at a time among all that ask for `name`. Leadership is a session advisory lock, so it ends
 * with the connection; the signal of `work` is then aborted.
 */
export async function asLeader(
  databaseUrl: string,
  name: string,
  signal: AbortSignal,
  log: Log,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: queryMs,
      query_timeout: queryMs,
      keepAlive: true,
      application_name: `leader ${name}`,
    })
    const lost = new AbortController()
    client.on('error', () => lost.abort())
    client.on('end', () => lost.abort())
    try {
      await client.connect()
      const { rows } = await client.query('select pg_try_advisory_lock(hashtextextended($1, 0)) as leads', [name])
      if (rows[0].leads) {
        const both = AbortSignal.any([signal, lost.signal])
        const heartbeat = setInterval(() => client.query('select 1').catch(() => lost.abort()), 2_000)
        try {
          await work(both)
        } finally {
          clearInterval(heartbeat)
        }
      }
    } catch (err) {
      if (!signal.aborted) log.warn({ err, leader: name }, 'leadership lost')
    } finally {
      lost.abort()
      await client.end().catch(() => undefined)
    }
    await pause(500 * (0.5 + Math.random()), signal)
  }
}
