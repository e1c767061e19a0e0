import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { generate } from '@holdfast/database/generate'
import { migrate } from '@holdfast/database/migrate'
import { Pool } from 'pg'
import { type Addresses, addressesOf, CannotStart, notHere } from './addresses.ts'
import { provide } from './binaries.ts'
import { alone, createDatabase, type Role, setPasswords, urlAs } from './database.ts'
import { type Device, devicesOf } from './devices.ts'
import { unusableElsewhere } from './elsewhere.ts'
import { clearLeftovers, lockOf, pidFileOf, runDir } from './leftovers.ts'
import { holderOf, takeLock } from './lock.ts'
import { mosquitto } from './mosquitto.ts'
import { holdfastDir, projectDir } from './places.ts'
import { type Ports, planPorts } from './port-plan.ts'
import { postgres } from './postgres.ts'
import {
  local,
  type ProcessName,
  processes,
  processNames,
  type ServerName,
  type Surroundings,
  serverNames,
} from './processes.ts'
import { redis } from './redis.ts'
import { Run, settled } from './run.ts'
import { commandKeysOf, type Secrets, secretsOf, writePrivate } from './secrets.ts'
import { type Server, server } from './server.ts'
import { readSettings, type Settings } from './settings.ts'
import { type Steps, silent } from './steps.ts'

export { type Addresses, CannotStart } from './addresses.ts'

export type StackOptions = {
  /** Absolute. Everything the stack remembers; two stacks never share one. */
  dataDir: string
  /** Forgets first what an earlier stack remembered there. */
  fresh?: boolean
  /** fixed: the ports of the settings, or a refusal that names the one that is taken. free: whatever is free. */
  ports: 'fixed' | 'free'
  settings?: Settings
  /** How many vehicles ride, and how many more are only listed; the settings' number and 1,000 otherwise. */
  fleet?: number
  listedBesides?: number
  steps?: Steps
  /** Starts again what ends by itself. Tests that kill on purpose leave it off. */
  supervised?: boolean
  /** Stops everything, also while it is still starting; startStack then throws. */
  signal?: AbortSignal
  /** Environment of single processes, over what they would be given. */
  overrides?: Surroundings['overrides']
}

export type Stack = Addresses &
  AsyncDisposable & {
    devices: readonly Device[]
    databaseUrl(role: Role | 'owner'): string
    /** A token of the development issuer; for a new customer unless told otherwise. */
    token(who?: TokenWish): Promise<string>
    /** One running process, to kill, pause and restart. Throws for one that does not run here. */
    process(name: ProcessName | ServerName): Server
    /** Stops everything in reverse order. */
    stop(): Promise<void>
  }

export type TokenWish = { sub?: string; role?: 'customer' | 'operator' | 'vehicle'; ttlSeconds?: number }

/** Brings up everything and resolves when all of it answers. When anything fails, what was started is stopped and the error thrown. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dataDir, ports, steps = silent, supervised = false, overrides = {} } = options
  const settings = {
    ...(options.settings ?? defaults()),
    ...(options.fleet === undefined ? {} : { fleet: options.fleet }),
  }
  if (!isAbsolute(dataDir)) throw new Error('dataDir must be absolute')
  // To be entered by the account that Postgres runs as; what is secret in it is closed by itself.
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })

  const lock = lockOf(dataDir)
  const holder = takeLock(lock)
  if (holder !== undefined) {
    const { pid } = holder
    throw new CannotStart(`Holdfast already runs here, as process ${pid}. Stop it first, with Ctrl-C or kill ${pid}.`)
  }

  const run = new Run(lock, announcementOf(dataDir))
  options.signal?.addEventListener('abort', () => void run.stop())
  try {
    const unusable = await unusableElsewhere(settings)
    if (unusable.length > 0) throw new CannotStart(unusable.join('\n'))
    const cleared = await clearLeftovers(dataDir)
    if (cleared.length > 0) steps.say(`  Ended what an earlier start left behind: ${cleared.join(', ')}`)
    if (options.fresh === true) forget(dataDir)
    keepPreviousLogs(dataDir)
    const absent = notHere(settings)
    const portOf = await planPorts(dataDir, ports, settings, absent)
    return await bringUp(run, {
      settings,
      dataDir,
      portOf,
      absent,
      steps,
      supervised,
      overrides,
      listedBesides: options.listedBesides,
    })
  } catch (error) {
    await run.stop()
    throw error
  }
}

/** The addresses of the stack that now runs on this data folder, if one does and is ready. */
export function runningStack(dataDir: string): Addresses | undefined {
  if (holderOf(lockOf(dataDir)) === undefined) return undefined
  const file = announcementOf(dataDir)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Addresses) : undefined
}

/** Asks a development issuer for a token. */
export async function tokenFrom(issuerUrl: string, who: TokenWish = {}): Promise<string> {
  const response = await fetch(`${issuerUrl}/token`, {
    method: 'POST',
    body: JSON.stringify({ role: 'customer', ...who }),
    signal: AbortSignal.timeout(5_000),
  })
  const answer = (await response.json()) as { access_token?: string; error?: string }
  if (answer.access_token === undefined) throw new Error(`No token: ${answer.error ?? response.status}`)
  return answer.access_token
}

type Plan = {
  settings: Settings
  dataDir: string
  portOf: Ports
  absent: ReadonlySet<ProcessName | ServerName>
  steps: Steps
  supervised: boolean
  overrides: Surroundings['overrides']
  listedBesides: number | undefined
}

async function bringUp(run: Run, plan: Plan): Promise<Stack> {
  const { settings, dataDir, portOf, absent, steps } = plan
  const secrets = secretsOf(dataDir)
  const commandKeys = commandKeysOf(dataDir)

  await steps.step('system programs', 'Redis and Mosquitto on this machine', () => {
    const wanted = [
      !absent.has('redis') && ('redis-server' as const),
      !absent.has('mosquitto') && ('mosquitto' as const),
    ]
    provide(
      wanted.filter((program) => program !== false),
      steps.say,
    )
  })
  await steps.step('database client', 'Prisma to generate it when the schema changed', generate)
  const { file: devicesFile, devices } = await steps.step('devices', 'keys and passwords for each vehicle', () =>
    devicesOf(dataDir, settings.fleet, plan.listedBesides),
  )

  const { database, cache, broker } = ownServers(plan, secrets, devices)
  const ownerUrl = settings.databaseUrl ?? database?.url('holdfast') ?? ''

  const starts: Promise<void>[] = []
  for (const each of [database, cache, broker]) {
    if (each === undefined) continue
    starts.push(run.start(each, [], () => steps.step(each.name, 'its first answer', each.start)))
  }
  await settled(starts)

  await steps.step('database', 'migrations, passwords of the roles, vehicles and tariffs', async () => {
    if (database !== undefined) await createDatabase(database.url('postgres'), 'holdfast')
    // The owner of a database somebody gave us may be used by another start on another machine.
    await alone(ownerUrl, 'holdfast dev', async () => {
      await migrate(ownerUrl)
      await setPasswords(ownerUrl, secrets)
      await seedFrom(ownerUrl, devices)
    })
  })

  const around: Surroundings = {
    settings,
    dataDir,
    ports: portOf,
    secrets,
    databaseUrl: (role) => urlAs(ownerUrl, role, secrets[role]),
    redisUrl: settings.redisUrl ?? cache?.url ?? '',
    broker: settings.broker
      ? { ...settings.broker, fleetUrl: settings.broker.url, vehicleUrl: settings.broker.url }
      : {
          fleetUrl: broker?.fleetUrl ?? '',
          vehicleUrl: broker?.vehicleUrl ?? '',
          username: 'fleet',
          password: secrets.fleetBroker,
        },
    commandKeys,
    devicesFile,
    overrides: plan.overrides,
  }
  if (settings.broker !== undefined) steps.say(`  The broker at MQTT_URL has to let in the vehicles of ${devicesFile}.`)
  await startProcesses(run, around, absent, steps)

  const addresses = addressesOf(around, ownerUrl)
  writePrivate(announcementOf(dataDir), JSON.stringify(addresses))
  if (plan.supervised) run.supervise(steps.say)
  return {
    ...addresses,
    devices,
    databaseUrl: (role) => addresses.databaseUrls[role],
    token: (who) => tokenFrom(addresses.issuerUrl, who),
    process: (name) => run.named(name),
    stop: () => run.stop(),
    [Symbol.asyncDispose]: () => run.stop(),
  }
}

/** The servers that nobody else runs for us. */
function ownServers({ settings, dataDir, portOf }: Plan, secrets: Secrets, devices: readonly Device[]) {
  const place = (name: ServerName) => ({ dataDir: join(dataDir, name), ...filesOf(dataDir, name) })
  const database =
    settings.databaseUrl === undefined
      ? postgres({ ...place('postgres'), port: portOf.postgres, password: secrets.postgres, durable: true })
      : undefined
  const cache =
    settings.redisUrl === undefined
      ? redis({ ...place('redis'), port: portOf.redis, password: secrets.redis })
      : undefined
  const ports = { vehicles: portOf.brokerForVehicles, fleet: portOf.brokerForFleet }
  const broker =
    settings.broker === undefined
      ? mosquitto({ ...place('mosquitto'), ports, fleetPassword: secrets.fleetBroker, devices })
      : undefined
  return { database, cache, broker }
}

/** Each as soon as what it needs answers. */
async function startProcesses(run: Run, around: Surroundings, absent: Plan['absent'], steps: Steps): Promise<void> {
  const begun = new Map<ProcessName, Promise<void>>()
  const begin = (name: ProcessName): Promise<void> => {
    const known = begun.get(name)
    if (known !== undefined) return known
    const before = processes[name].after.filter((other) => !absent.has(other))
    const own = before.filter((other): other is ProcessName => other in processes)
    const program = holdfastProcess(name, around, filesOf(around.dataDir, name))
    const start = settled(own.map(begin)).then(() =>
      run.start(program, before, () => steps.step(name, `${local(around.ports[name])}/health/ready`, program.start)),
    )
    begun.set(name, start)
    return start
  }
  await settled(processNames.filter((name) => !absent.has(name)).map(begin))
}

function holdfastProcess(name: ProcessName, around: Surroundings, files: { logFile: string; pidFile: string }): Server {
  const { entry, env } = processes[name]
  const port = around.ports[name]
  return server({
    name,
    command: process.execPath,
    args: [entry],
    cwd: projectDir,
    env: {
      ...inherited(),
      // A fifth less work for each start after the first.
      NODE_COMPILE_CACHE: join(holdfastDir, 'cache'),
      PORT: String(port),
      HOST: '127.0.0.1',
      LOG_LEVEL: around.settings.logLevel,
      ...env(around),
      ...around.overrides[name],
    },
    ...files,
    readyTimeoutMs: 60_000,
    ready: async () => {
      const response = await fetch(`${local(port)}/health/ready`, { signal: AbortSignal.timeout(2_000) })
      const answer = await response.text()
      if (!response.ok) throw new Error(`it says ${answer.slice(0, 300)}`)
    },
  })
}

/** A process gets what it is meant to know; of our own environment only what every program needs. */
function inherited(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'NODE_ENV', 'NODE_EXTRA_CA_CERTS', 'HTTPS_PROXY', 'NO_PROXY']
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}

async function seedFrom(ownerUrl: string, devices: readonly Device[]): Promise<void> {
  // Imports the generated client, which may not have existed when this file was loaded.
  const { seed } = await import('@holdfast/database/seed')
  const pool = new Pool({ connectionString: ownerUrl, max: 2, connectionTimeoutMillis: 5_000 })
  try {
    await seed(pool, { devices })
  } finally {
    await pool.end()
  }
}

const announcementOf = (dataDir: string) => join(runDir(dataDir), 'stack.json')

const filesOf = (dataDir: string, name: ServerName | ProcessName) => ({
  logFile: logFileOf(dataDir, name),
  pidFile: pidFileOf(dataDir, name),
})

const logFileOf = (dataDir: string, name: string) => join(dataDir, 'logs', `${name}.log`)

/** Everything but the lock that we hold. */
function forget(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (join(dataDir, name) !== runDir(dataDir)) rmSync(join(dataDir, name), { recursive: true })
  }
}

/** The logs of the start before are kept, older ones are not. */
function keepPreviousLogs(dataDir: string): void {
  for (const name of [...serverNames, ...processNames]) {
    const log = logFileOf(dataDir, name)
    if (existsSync(log)) renameSync(log, `${log}.1`)
  }
}

function defaults(): Settings {
  const read = readSettings({}, [])
  if (!read.ok) throw new Error(read.faults.join('\n'))
  return read.settings
}
