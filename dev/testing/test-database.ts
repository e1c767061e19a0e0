import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { migrationsFingerprint } from '@holdfast/database/migrations'
import { mutexFileOf } from '../files.ts'
import { messages } from '../messages.ts'
import { holderOf } from '../processes/process-mutex.ts'
import { isAlive } from '../processes/process-table.ts'
import { createDatabase, dropDatabase, type Role, urlAs } from '../servers/database.ts'
import { queryOnce } from '../servers/postgres.ts'
import { testDir } from './folders.ts'
import { type TestPostgres, testPostgresVariable } from './test-postgres.ts'

/** A migrated, empty database for one test. */
export type TestDatabase = AsyncDisposable & {
  /** For one of the subgraphs, or for the owner of everything. */
  url(role: Role | 'owner'): string
  drop(): Promise<void>
}

/** Clones the migrated template. The first call of a run may take some seconds, later ones about 50 ms. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await testPostgres()
  const { url: serverUrl, password } = server
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`
  await createDatabase(serverUrl, name, await templateDatabase(server))
  const ownerUrl = new URL(serverUrl)
  ownerUrl.pathname = name
  const drop = () => dropDatabase(serverUrl, name)
  return {
    url: (role) => (role === 'owner' ? ownerUrl.href : urlAs(ownerUrl.href, role, password)),
    drop,
    [Symbol.asyncDispose]: drop,
  }
}

/** The Postgres of `npm test`, or else the shared one, which is started if it does not run. */
async function testPostgres(): Promise<TestPostgres> {
  const given = process.env[testPostgresVariable]
  if (given !== undefined) return JSON.parse(given) as TestPostgres
  const folder = join(testDir, 'shared')
  mkdirSync(folder, { recursive: true })
  let pid: number | undefined
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    const running = await sharedPostgres(folder)
    if (running !== undefined) return running
    if (holderOf(mutexFileOf(folder)) === undefined && (pid === undefined || !isAlive(pid))) {
      pid = startSharedPostgres(folder)
    }
  }
  throw new Error(messages.testPostgresDidNotStart(sharedLogOf(folder)))
}

async function sharedPostgres(folder: string): Promise<TestPostgres | undefined> {
  try {
    const access = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as TestPostgres
    await queryOnce(access.url, 'select 1')
    return access
  } catch {
    return undefined
  }
}

function startSharedPostgres(folder: string): number | undefined {
  const log = openSync(sharedLogOf(folder), 'a', 0o600)
  const child = spawn(process.execPath, [join(import.meta.dirname, 'shared-postgres.ts'), folder], {
    detached: true,
    stdio: ['ignore', log, log],
    env: environmentWithoutJest(),
  })
  closeSync(log)
  child.unref()
  return child.pid
}

const sharedLogOf = (folder: string) => join(folder, 'shared-postgres.log')

/** The name of the template for the current migrations. It is created if it does not exist. */
async function templateDatabase(server: TestPostgres): Promise<string> {
  const name = `template_${migrationsFingerprint()}`
  const complete = 'select from pg_database where datname = $1 and datistemplate'
  if ((await queryOnce(server.url, complete, [name])).length === 0) {
    const script = join(import.meta.dirname, 'template-database.ts')
    const env = { ...environmentWithoutJest(), [testPostgresVariable]: JSON.stringify(server) }
    await promisify(execFile)(process.execPath, [script, name], { timeout: 60_000, env })
  }
  return name
}

/** Jest's Node options are for its own workers. */
const environmentWithoutJest = () => ({ ...process.env, NODE_OPTIONS: '' })
