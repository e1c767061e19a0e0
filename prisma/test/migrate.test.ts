import { type TestDatabase, testDatabase } from '@holdfast/dev/testing'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { DatabaseFromOtherMigrations, migrate } from '../migrate.ts'

let database: TestDatabase
let owner: Client
beforeEach(async () => {
  database = await testDatabase()
  owner = new Client({ connectionString: database.url('owner') })
  await owner.connect()
})
afterEach(async () => {
  await owner.end()
  await database.drop()
})

const applied = async () => {
  const { rows } = await owner.query('select migration_name, checksum from _prisma_migrations order by migration_name')
  return rows
}

const firstAndLast = async () => {
  const all = await applied()
  return [all.at(0), all.at(-1)]
}

it('has nothing to do on a database with all migrations', async () => {
  expect(await migrate(database.url('owner'))).toEqual([])
})

it('makes everything in an empty database', async () => {
  const all = await applied()
  await owner.query('drop schema booking, fleet, payment cascade')
  await owner.query('drop table _prisma_migrations')
  expect(await migrate(database.url('owner'))).toEqual(all.map((row) => row.migration_name))
  expect(await applied()).toEqual(all)
})

it('refuses a database whose migrations have other SQL by now, and changes nothing', async () => {
  const [first, last] = await firstAndLast()
  await owner.query("update _prisma_migrations set checksum = 'other' where migration_name = $1", [
    first.migration_name,
  ])
  await owner.query('delete from _prisma_migrations where migration_name = $1', [last.migration_name])
  const before = await applied()
  const refused = migrate(database.url('owner'))
  await expect(refused).rejects.toThrow(DatabaseFromOtherMigrations)
  await expect(refused).rejects.toThrow(
    `This database was made by other migrations than the ones in prisma/migrations (${first.migration_name} has changed); ` +
      'nothing was changed. If it is a development database, delete it with "npm run reset" and start again.',
  )
  expect(await applied()).toEqual(before)
})

it('has nothing to do on a database of newer code', async () => {
  await owner.query(
    `insert into _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
     values ('newer', 'newer', '29991231000000_newer', now(), 1)`,
  )
  expect(await migrate(database.url('owner'))).toEqual([])
})

it('refuses a database with a migration that is no longer there, and changes nothing', async () => {
  const [first, last] = await firstAndLast()
  await owner.query("update _prisma_migrations set migration_name = '20251231_gone' where migration_name = $1", [
    first.migration_name,
  ])
  await owner.query('delete from _prisma_migrations where migration_name = $1', [last.migration_name])
  const before = await applied()
  await expect(migrate(database.url('owner'))).rejects.toThrow('20251231_gone is no longer there')
  expect(await applied()).toEqual(before)
})
