import pg from 'pg'
import type { Log } from '../process/log.ts'
import { isUnavailable } from '../process/unavailable.ts'

export type Pool = pg.Pool
/** A connection in a transaction. Functions with more than one writing statement ask for it, so they are never half done. */
export type Transaction = pg.PoolClient
/** Either; for single statements. */
export type Queryable = Pick<pg.Pool | pg.PoolClient, 'query'>

export const queryMs = 1_800 // Requests fail within 2.5 s when the database hangs, also on a busy machine.

// bigint (counters, sequence numbers) fits a double for the next 285,000 years at a thousand a second.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/** A pool with a timeout for everything: connecting, row locks, statements, answers. */
export function createPool(url: string, log: Log, options: { max?: number } = {}): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 20,
    connectionTimeoutMillis: queryMs,
    query_timeout: queryMs,
    statement_timeout: queryMs,
    lock_timeout: queryMs - 500,
    idle_in_transaction_session_timeout: 5_000,
    keepAlive: true,
  })
  // A connection lost between two statements of a transaction: the next statement fails. Without a listener the event would
  // end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  // A connection lost while idle; the next query opens another.
  pool.on('error', (err) => log.warn({ err }, 'postgres connection lost'))
  return pool
}

const deadlock = '40P01'

/** Runs `work` in one transaction. After a deadlock, which Postgres resolves by ending one of two, it runs once more. */
export async function transaction<T>(pool: Pool, work: (tx: Transaction) => Promise<T>): Promise<T> {
  try {
    return await once(pool, work)
  } catch (err) {
    if (sqlState(err) !== deadlock) throw err
    return once(pool, work)
  }
}

async function once<T>(pool: Pool, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (err) {
    // With an SQLSTATE, Postgres has answered and the connection is sound. Otherwise the statement may still be running and a
    // rollback would wait as long again; closing the connection rolls back too.
    if (sqlState(err) === undefined && isUnavailable(err)) broken = err as Error
    else
      await client.query('rollback').catch((rollbackError: Error) => {
        broken = rollbackError
      })
    throw err
  } finally {
    client.release(broken)
  }
}

const deleteBatch = 5_000 // Rows per statement, which takes some hundredths of a second.

/**
 * Deletes the rows of `table` whose `column` (indexed) is more than `keepFor` (a Postgres interval) ago, batch by batch,
 * until none is left or the signal is aborted.
 */
export async function deleteOlderThan(
  pool: Pool,
  { table, column, keepFor }: { table: string; column: string; keepFor: string },
  signal: AbortSignal,
): Promise<void> {
  for (let deleted: number | null = deleteBatch; deleted === deleteBatch && !signal.aborted; )
    ({ rowCount: deleted } = await pool.query(
      `delete from ${table}
       where ctid = any(array(
         select ctid from ${table} where ${column} < now() - $1::interval limit ${deleteBatch} for update skip locked))`,
      [keepFor],
    ))
}

/** The five-character SQLSTATE of a failed statement; undefined when the error is not from Postgres. */
export function sqlState(err: unknown): string | undefined {
  return err instanceof pg.DatabaseError ? err.code : undefined
}

export { DatabaseError } from 'pg'
