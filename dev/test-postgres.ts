import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dropDatabase } from './database.ts'
import { releaseLock, takeLock } from './lock.ts'
import { freePort } from './ports.ts'
import { ask, postgres } from './postgres.ts'

// Keeps one Postgres for all tests that are run without `npm test`, in whatever process they run, and stops it when
// nobody has used it for a while. Argument: its folder. Says where it is in server.json.
const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('one argument: the folder')

const idleMs = 60_000
const lock = join(folder, 'keeper.pid')
const announcement = join(folder, 'server.json')
const secret = join(folder, 'password')

if (takeLock(lock) === undefined) {
  try {
    await keep(folder)
  } finally {
    rmSync(announcement, { force: true })
    releaseLock(lock)
  }
}

async function keep(folder: string): Promise<void> {
  if (!existsSync(secret)) writeFileSync(secret, randomBytes(24).toString('base64url'), { mode: 0o600 })
  const password = readFileSync(secret, 'utf8')
  const running = postgres({
    dataDir: join(folder, 'postgres'),
    port: await freePort(),
    password,
    logFile: join(folder, 'postgres.log'),
    durable: false,
  })
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => (stopping = true))
  await running.start()
  try {
    const url = running.url('postgres')
    for (const { datname } of await ask(url, `select datname from pg_database where datname like 'test\\_%'`)) {
      await dropDatabase(url, String(datname))
    }
    writeFileSync(`${announcement}.new`, JSON.stringify({ url, password }), { mode: 0o600 })
    renameSync(`${announcement}.new`, announcement)
    for (
      let lastUsed = Date.now();
      !stopping && running.running && Date.now() - lastUsed < idleMs;
      await sleep(1_000)
    ) {
      const others = 'select from pg_stat_activity where datname is not null and pid <> pg_backend_pid() limit 1'
      if ((await ask(url, others)).length > 0) lastUsed = Date.now()
    }
    rmSync(announcement)
  } finally {
    await running.stop()
  }
}
