import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../processes/free-port.ts'
import { endLeftovers, mutexFileOf, pidFileOf } from '../processes/leftover-processes.ts'
import { acquireMutex, releaseMutex } from '../processes/process-mutex.ts'
import { postgres, queryOnce } from '../servers/postgres.ts'
import { writePrivateFile } from '../stack/secrets.ts'
import type { TestPostgres } from './test-postgres.ts'

// Keeps one Postgres for all tests that are run without `npm test`, in whatever process they run, and ends with it when
// nobody has used it for a while. Argument: its folder. Says where it is in server.json.
const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('one argument: the folder')

const idleMs = 60_000
const announcement = join(folder, 'server.json')

if (acquireMutex(mutexFileOf(folder)) === undefined) {
  try {
    await keep(folder)
  } finally {
    releaseMutex(mutexFileOf(folder))
  }
}

async function keep(folder: string): Promise<void> {
  const dataDir = join(folder, 'postgres')
  await endLeftovers(folder)
  rmSync(dataDir, { recursive: true, force: true })
  const password = randomBytes(24).toString('base64url')
  const running = postgres({
    dataDir,
    port: await freePort(),
    password,
    logFile: join(folder, 'postgres.log'),
    pidFile: pidFileOf(folder, 'postgres'),
    durable: false,
  })
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => (stopping = true))
  await running.start()
  try {
    const url = running.url('postgres')
    writePrivateFile(announcement, JSON.stringify({ url, password } satisfies TestPostgres))
    for (
      let lastUsed = Date.now();
      !stopping && running.running && Date.now() - lastUsed < idleMs;
      await sleep(1_000)
    ) {
      const others = 'select from pg_stat_activity where datname is not null and pid <> pg_backend_pid() limit 1'
      if ((await queryOnce(url, others)).length > 0) lastUsed = Date.now()
    }
  } finally {
    rmSync(announcement, { force: true })
    await running.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
