import { migrate } from '@holdfast/database/migrate'
import { Pool } from 'pg'
import { type Role, setPasswords, withAdvisoryLock } from '../servers/database.ts'
import type { Device } from './devices.ts'

/** Migrates the database, lets the roles log in, and creates vehicles and tariffs. Safe to repeat. */
export async function prepareDatabase(
  ownerUrl: string,
  passwords: Record<Role, string>,
  devices: readonly Device[],
): Promise<void> {
  // A database that runs elsewhere may be used by a start on another machine at the same time.
  await withAdvisoryLock(ownerUrl, 'holdfast dev', async () => {
    await migrate(ownerUrl)
    await setPasswords(ownerUrl, passwords)
    await seedDatabase(ownerUrl, devices)
  })
}

async function seedDatabase(ownerUrl: string, devices: readonly Device[]): Promise<void> {
  // It imports the generated client, which may not have existed when this file was loaded.
  const { seed } = await import('@holdfast/database/seed')
  const pool = new Pool({ connectionString: ownerUrl, max: 2, connectionTimeoutMillis: 5_000 })
  try {
    await seed(pool, { devices })
  } finally {
    await pool.end()
  }
}
