import { testDatabase } from '@holdfast/dev/testing'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import pg from 'pg'
import { createPool, transaction } from '../src/postgres/index.ts'
import { createLog, isUnavailable } from '../src/process/index.ts'

const log = createLog('test', 'silent')
let database: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => database?.drop())

it('survives a connection that is lost between two statements of a transaction, and says that it is away', async () => {
  const pool = createPool(database.url('booking'), log, { max: 1 })
  const owner = new pg.Client({ connectionString: database.url('owner') })
  await owner.connect()
  const lost = transaction(pool, async (tx) => {
    const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
    const gone = new Promise((resolve) => tx.once('end', resolve))
    await owner.query('select pg_terminate_backend($1)', [rows[0]?.pid])
    await gone
    await tx.query('select 1')
  })
  const err = await lost.catch((cause: unknown) => cause)
  expect(err).toBeInstanceOf(Error)
  expect(isUnavailable(err)).toBe(true)
  // The next one gets a connection that works.
  expect(await transaction(pool, async (tx) => (await tx.query('select 1 as one')).rows)).toEqual([{ one: 1 }])
  await Promise.all([pool.end(), owner.end()])
})
