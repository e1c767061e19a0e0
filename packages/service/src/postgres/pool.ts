import pg from 'pg'
import type { Log } from '../process/log.ts'
import { isUnavailable } from '../process/unavailable.ts'

export type Pool = pg.Pool
/** A connection inside an open transaction: what writes more than one statement asks for this, so it cannot be half done. */
export type Transaction = pg.PoolClient
/** Either; for single statements. */
export type Queryable = Pick<pg.Pool | pg.PoolClient, 'query'>

export const queryMs = 1_800 // A paused database is to be answered for within 2.5 s, also on a machine that is busy.

// bigint (counters, sequence numbers) fits a double for the next 285,000 years at a thousand a second.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/** A pool whose every wait is bounded: to connect, for a lock, for a statement, for an answer. */
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
  // One lost in the middle of a transaction, between two statements: the next one fails and says so, but without a
  // listener the event alone would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  // A connection lost while idle; the next query opens another.
  pool.on('error', (err) => log.warn({ err }, 'postgres connection lost'))
  return pool
}

const deadlock = '40P01'

/** Runs `work` in one transaction. A deadlock, which Postgres resolves by ending one of two, is tried once more. */
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
    // Postgres has answered: the connection is sound. Otherwise the statement may still be under way on it and a rollback
    // would be waited for as long again; closing the connection rolls back as well.
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

const forgetBatch = 5_000 // Rows of one statement: it takes some hundredths of a second.

/**
 * Deletes the rows of `table` whose `column` (indexed) is more than `keepFor` ago (a Postgres interval), until none is
 * left or the signal is aborted: however fast they come, they go.
 */
export async function deleteOlderThan(
  pool: Pool,
  { table, column, keepFor }: { table: string; column: string; keepFor: string },
  signal: AbortSignal,
): Promise<void> {
  for (let deleted: number | null = forgetBatch; deleted === forgetBatch && !signal.aborted; )
    ({ rowCount: deleted } = await pool.query(
      `delete from ${table}
       where ctid = any(array(
         select ctid from ${table} where ${column} < now() - $1::interval limit ${forgetBatch} for update skip locked))`,
      [keepFor],
    ))
}

/** The five-character SQLSTATE of a refused statement, undefined when the error came from elsewhere. */
export function sqlState(err: unknown): string | undefined {
  return err instanceof pg.DatabaseError ? err.code : undefined
}

export { DatabaseError } from 'pg'
