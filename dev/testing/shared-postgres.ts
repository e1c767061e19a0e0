import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrationsFingerprint } from '@holdfast/database/migrations'
import { mutexFileOf, writePrivateFile } from '../files.ts'
import { endLeftovers } from '../processes/owned-folder.ts'
import { acquireMutex, releaseMutex } from '../processes/process-mutex.ts'
import { onStopRequest } from '../processes/stop-requests.ts'
import { queryOnce } from '../servers/postgres.ts'
import { createTestPostgres } from './test-postgres.ts'

// Runs one Postgres for all tests that are started without `npm test`, by whatever process, and ends when nobody has used
// it for a while. Argument: its folder. How to reach it is in server.json there.
const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('one argument: the folder')

const idleMs = 60_000

if (acquireMutex(mutexFileOf(folder)) === undefined) {
  try {
    await runUntilIdle(folder)
  } finally {
    releaseMutex(mutexFileOf(folder))
  }
}

async function runUntilIdle(folder: string): Promise<void> {
  const dataDir = join(folder, 'postgres')
  const accessFile = join(folder, 'server.json')
  await endLeftovers(folder)
  rmSync(dataDir, { recursive: true, force: true })
  const { server, access, start } = await createTestPostgres(folder)
  let stopping = false
  onStopRequest(() => {
    stopping = true
  })
  const migrations = migrationsFingerprint()
  try {
    await start()
    writePrivateFile(accessFile, JSON.stringify(access))
    for (let lastUsed = Date.now(); !stopping && server.running && Date.now() - lastUsed < idleMs; await sleep(1_000)) {
      const others = 'select from pg_stat_activity where datname is not null and pid <> pg_backend_pid() limit 1'
      if ((await queryOnce(access.url, others)).length > 0) lastUsed = Date.now()
      // Tests of other migrations need another template.
      else if (migrationsFingerprint() !== migrations) break
    }
  } finally {
    rmSync(accessFile, { force: true })
    await server.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
