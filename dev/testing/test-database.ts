import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { mutexFileOf, readJson, testDir } from '../files.ts'
import { messages } from '../messages.ts'
import { holderOf } from '../processes/process-mutex.ts'
import { isAlive } from '../processes/process-table.ts'
import { createDatabase, dropDatabase, type Role, urlAs, urlOf } from '../servers/database.ts'
import { queryOnce } from '../servers/postgres.ts'

/** How to reach the Postgres that tests share: the owner's URL, and the one password of all roles. */
export type TestPostgres = { url: string; password: string }

/** The environment variable that gives it to a process, as JSON. `npm test` sets it for its Jest. */
export const testPostgresVariable = 'HOLDFAST_TEST_POSTGRES'

/** The database on it that has all migrations and is empty. */
export const migratedTemplate = 'migrated'

/** A folder for each Redis and Mosquitto of a test. */
export const serversDir = join(testDir, 'servers')

/** A migrated, empty database for one test. */
export type TestDatabase = AsyncDisposable & {
  /** For one of the subgraphs, or for the owner of everything. */
  url(role: Role | 'owner'): string
  drop(): Promise<void>
}

/** Clones the migrated template. The first call of a run may take some seconds, later ones about 50 ms. */
export async function testDatabase(): Promise<TestDatabase> {
  const { url: serverUrl, password } = await testPostgres()
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`
  await createDatabase(serverUrl, name, migratedTemplate)
  const ownerUrl = urlOf(serverUrl, name)
  const drop = () => dropDatabase(serverUrl, name)
  return {
    url: (role) => (role === 'owner' ? ownerUrl : urlAs(ownerUrl, role, password)),
    drop,
    [Symbol.asyncDispose]: drop,
  }
}

/** The Postgres of `npm test`, or else the shared one, which is started if it does not run. */
async function testPostgres(): Promise<TestPostgres> {
  const given = process.env[testPostgresVariable]
  if (given !== undefined) return JSON.parse(given) as TestPostgres
  const folder = join(testDir, 'shared')
  const logFile = join(folder, 'shared-postgres.log')
  mkdirSync(folder, { recursive: true })
  let pid: number | undefined
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    const running = await sharedPostgres(folder)
    if (running !== undefined) return running
    if (holderOf(mutexFileOf(folder)) !== undefined) continue
    if (pid === undefined) pid = startSharedPostgres(folder, logFile)
    else if (!isAlive(pid)) break
  }
  throw new Error(messages.testPostgresDidNotStart(logFile))
}

async function sharedPostgres(folder: string): Promise<TestPostgres | undefined> {
  try {
    const access = readJson<TestPostgres>(join(folder, 'server.json'))
    if (access !== undefined) await queryOnce(access.url, 'select 1')
    return access
  } catch {
    return undefined
  }
}

function startSharedPostgres(folder: string, logFile: string): number | undefined {
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(process.execPath, [join(import.meta.dirname, 'shared-postgres.ts'), folder], {
    detached: true,
    stdio: ['ignore', log, log],
    // Jest's Node options are for its own workers.
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  closeSync(log)
  child.unref()
  return child.pid
}
