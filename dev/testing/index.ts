import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { migrationsFingerprint } from '@holdfast/database/migrations'
import { holdfastDir } from '../files/paths.ts'
import { freePort } from '../processes/free-port.ts'
import { mutexFileOf } from '../processes/leftover-processes.ts'
import type { ManagedProcess } from '../processes/managed-process.ts'
import { holderOf } from '../processes/process-mutex.ts'
import { isAlive } from '../processes/process-table.ts'
import { createDatabase, dropDatabase, type Role, urlAs } from '../servers/database.ts'
import { type BrokerDevice, type Mosquitto, mosquitto } from '../servers/mosquitto.ts'
import { queryOnce } from '../servers/postgres.ts'
import { type RedisServer, redis } from '../servers/redis.ts'
import { type TestPostgres, testPostgresVariable } from './test-postgres.ts'

// What tests run against: real servers on loopback, of their own. Nothing needs to run before.

/** A migrated, empty database that nobody else uses. */
export type TestDatabase = AsyncDisposable & {
  /** As one of the subgraphs, or as the owner of everything. */
  url(role: Role | 'owner'): string
  drop(): Promise<void>
}

/** Clones the migrated template; the first call of a run may take some seconds, later ones some 50 ms. */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await testServer()
  const { url: serverUrl, password } = server
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`
  await createDatabase(serverUrl, name, await template(server))
  const ownerUrl = new URL(serverUrl)
  ownerUrl.pathname = name
  const drop = () => dropDatabase(serverUrl, name)
  return {
    url: (role) => (role === 'owner' ? ownerUrl.href : urlAs(ownerUrl.href, role, password)),
    drop,
    [Symbol.asyncDispose]: drop,
  }
}

/** A Redis of this test's own; `url` has its password. Can be killed, paused and restarted with its data. */
export async function testRedis(): Promise<RedisServer & AsyncDisposable> {
  const folder = temporaryFolder('redis')
  const port = await freePort()
  const program = redis({ dataDir: folder, port, password: secret(), logFile: join(folder, 'redis.log') })
  return started(program, folder)
}

export type TestBroker = Mosquitto &
  AsyncDisposable & {
    /** Logs in at `fleetUrl`. */
    fleet: { username: 'fleet'; password: string }
  }

/** A Mosquitto of this test's own with the access rules of the real one. Devices log in at `vehicleUrl` with their id and password. */
export async function testBroker({ devices }: { devices: readonly BrokerDevice[] }): Promise<TestBroker> {
  const folder = temporaryFolder('mosquitto')
  const fleet = { username: 'fleet', password: secret() } as const
  const program = mosquitto({
    dataDir: folder,
    ports: { vehicles: await freePort(), fleet: await freePort() },
    fleetPassword: fleet.password,
    devices,
    logFile: join(folder, 'mosquitto.log'),
  })
  return Object.assign(await started(program, folder), { fleet })
}

async function started<S extends ManagedProcess>(program: S, folder: string): Promise<S & AsyncDisposable> {
  const stopServer = program.stop.bind(program)
  // A test that is aborted runs no afterAll.
  const atExit = () => program.running && process.kill(program.pid, 'SIGKILL')
  process.once('exit', atExit)
  const stop = async () => {
    await stopServer()
    process.off('exit', atExit)
    rmSync(folder, { recursive: true, force: true })
  }
  await program.start()
  return Object.assign(program, { stop, [Symbol.asyncDispose]: stop })
}

async function testServer(): Promise<TestPostgres> {
  const given = process.env[testPostgresVariable]
  if (given !== undefined) return JSON.parse(given) as TestPostgres
  const folder = join(testDir, 'shared')
  mkdirSync(folder, { recursive: true })
  let keeper: number | undefined
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    const running = await announced(folder)
    if (running !== undefined) return running
    if (holderOf(mutexFileOf(folder)) === undefined && (keeper === undefined || !isAlive(keeper))) {
      keeper = startKeeper(folder)
    }
  }
  throw new Error(`The tests' Postgres did not start; see ${join(folder, 'keeper.log')}`)
}

async function announced(folder: string): Promise<TestPostgres | undefined> {
  try {
    const server = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as TestPostgres
    await queryOnce(server.url, 'select 1')
    return server
  } catch {
    return undefined
  }
}

function startKeeper(folder: string): number | undefined {
  const log = openSync(join(folder, 'keeper.log'), 'a', 0o600)
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'shared-postgres.ts'), folder], {
    detached: true,
    stdio: ['ignore', log, log],
    env: withoutJest(),
  })
  closeSync(log)
  keeper.unref()
  return keeper.pid
}

/** The name of the template for the migrations as they are now, made if it is not there. */
async function template(server: TestPostgres): Promise<string> {
  const name = `template_${migrationsFingerprint()}`
  const made = await queryOnce(server.url, 'select from pg_database where datname = $1 and datistemplate', [name])
  if (made.length === 0) {
    const script = join(import.meta.dirname, 'template-database.ts')
    const env = { ...withoutJest(), [testPostgresVariable]: JSON.stringify(server) }
    await promisify(execFile)(process.execPath, [script, name], { timeout: 60_000, env })
  }
  return name
}

// Jest's own node options are for its workers.
const withoutJest = () => ({ ...process.env, NODE_OPTIONS: '' })

const testDir = join(holdfastDir, 'test')
const secret = () => randomBytes(18).toString('base64url')

function temporaryFolder(name: string): string {
  const servers = join(testDir, 'servers')
  mkdirSync(servers, { recursive: true })
  return mkdtempSync(join(servers, `${name}-`))
}
