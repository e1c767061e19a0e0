import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { generate } from '@holdfast/database/generate'
import { migrate } from '@holdfast/database/migrate'
import { seed } from '@holdfast/database/seed'
import { Pool } from 'pg'
import { type Steps, silentSteps } from '../bootstrap/steps.mjs'
import { logFileOf, mutexFileOf, runDir, serverFiles, writePrivateFile } from '../files.ts'
import { CannotStart, messages } from '../messages.ts'
import type { ManagedProcess } from '../processes/managed-process.ts'
import { endLeftovers } from '../processes/owned-folder.ts'
import { acquireMutex, releaseMutex } from '../processes/process-mutex.ts'
import { createDatabase, type Role, setPasswords, urlAs, withAdvisoryLock } from '../servers/database.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { postgres } from '../servers/postgres.ts'
import { redis } from '../servers/redis.ts'
import { installMissing, systemServers } from '../servers/system-programs.ts'
import { type Addresses, addressesFileOf, addressesOf, type TokenRequest, tokenFrom } from './addresses.ts'
import { choosePorts, type Ports } from './choose-ports.ts'
import { type Device, loadDevices } from './devices.ts'
import { externalServers, unusableServers } from './external-servers.ts'
import { holdfastProcess } from './holdfast-process.ts'
import {
  type ProcessInputs,
  type ProcessName,
  processes,
  processNames,
  type ServerName,
  serverNames,
} from './processes.ts'
import { loadCommandKeys, loadSecrets } from './secrets.ts'
import { readSettings, type Settings } from './settings.ts'
import { StartedProcesses } from './started-processes.ts'

export type StackOptions = {
  /** Absolute. Everything that the stack keeps; two stacks never share one. */
  dataDir: string
  /** Deletes first what an earlier stack kept there. */
  fresh?: boolean
  /** public: the gateway and the issuer on the ports of the settings, or near them. free: all on any free ports. */
  ports: 'public' | 'free'
  settings?: Settings
  /** How many vehicles ride, and how many more are parked; the settings' number and 1,000 by default. */
  fleet?: number
  parkedVehicles?: number
  steps?: Steps
  /** Starts again what ends by itself. Tests that kill on purpose leave it off. */
  supervised?: boolean
  /** Stops everything, even while it is still starting; then startStack throws. */
  signal?: AbortSignal
  /** Environment variables of single processes; these win over all others. */
  overrides?: ProcessInputs['overrides']
}

export type Stack = Addresses &
  AsyncDisposable & {
    /** A token of the development issuer; for a new customer by default. */
    token(request?: TokenRequest): Promise<string>
    /** A running process, to kill, pause and restart. Throws for one that does not run here. */
    process(name: ProcessName | ServerName): ManagedProcess
    /** Stops everything in reverse order. */
    stop(): Promise<void>
  }

/** Starts everything and resolves when all of it answers. When something fails, stops what was started and throws. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { dataDir, steps = silentSteps } = options
  const { fleet, ...others } = options.settings ?? readSettings({}, [])
  const settings = { ...others, fleet: options.fleet ?? fleet }
  if (!isAbsolute(dataDir)) throw new Error('dataDir must be absolute')
  // The account that Postgres runs as must be able to enter it; each secret file has its own permissions.
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })

  const mutex = mutexFileOf(dataDir)
  const holder = acquireMutex(mutex)
  if (holder !== undefined) throw new CannotStart(messages.alreadyRunning(holder.pid))

  const needs = (name: string): readonly string[] => processes[name as ProcessName]?.after ?? []
  const started = new StartedProcesses(steps, needs, () => {
    rmSync(addressesFileOf(dataDir), { force: true })
    releaseMutex(mutex)
  })
  options.signal?.addEventListener('abort', () => void started.stop())
  try {
    const unusable = await unusableServers(settings)
    if (unusable.length > 0) throw new CannotStart(unusable.join('\n'))
    const ended = await endLeftovers(dataDir)
    if (ended.length > 0) steps.say(messages.endedLeftovers(ended))
    if (options.fresh === true) deleteAllButRunDir(dataDir)
    keepPreviousLogs(dataDir)
    const external = externalServers(settings)
    const ports = await choosePorts(dataDir, options.ports, settings, external, steps.say)
    return await startAll(started, { ...options, settings, steps }, ports, external)
  } catch (error) {
    await started.stop()
    throw error
  }
}

async function startAll(
  started: StartedProcesses,
  options: StackOptions & { settings: Settings; steps: Steps },
  ports: Ports,
  external: ReadonlySet<ProcessName | ServerName>,
): Promise<Stack> {
  const { dataDir, settings, steps } = options
  const secrets = loadSecrets(dataDir)

  await steps.step('system programs', messages.step.programs, () =>
    installMissing(
      systemServers.filter((server) => !external.has(server)),
      steps.say,
    ),
  )
  await steps.step('database client', messages.step.client, generate)
  const { file: devicesFile, devices } = await steps.step('vehicles', messages.step.vehicles, () =>
    loadDevices(dataDir, settings.fleet, options.parkedVehicles),
  )

  const files = (name: ServerName) => serverFiles(dataDir, name)
  const database = external.has('postgres')
    ? undefined
    : postgres(files('postgres'), { port: ports.postgres, password: secrets.postgres, durable: true })
  const redisServer = external.has('redis')
    ? undefined
    : redis(files('redis'), { port: ports.redis, password: secrets.redis })
  const broker = external.has('mosquitto')
    ? undefined
    : mosquitto(files('mosquitto'), {
        ports: { vehicles: ports.brokerForVehicles, fleet: ports.brokerForFleet },
        fleetPassword: secrets.fleetBroker,
        devices,
      })
  const servers = [database, redisServer, broker].filter((server) => server !== undefined)
  await started.start<ManagedProcess>(servers, () => messages.step.server)
  const ownerUrl = settings.databaseUrl ?? database?.url('holdfast') ?? ''
  await steps.step('database', messages.step.database, async () => {
    if (database !== undefined) await createDatabase(database.url('postgres'), 'holdfast')
    await prepareDatabase(ownerUrl, secrets, devices)
  })

  if (settings.broker !== undefined) steps.say(messages.vehiclesNeedAccess(devicesFile))
  const inputs: ProcessInputs = {
    settings,
    dataDir,
    ports,
    secrets,
    databaseUrls: {
      owner: ownerUrl,
      booking: urlAs(ownerUrl, 'booking', secrets.booking),
      fleet: urlAs(ownerUrl, 'fleet', secrets.fleet),
      payment: urlAs(ownerUrl, 'payment', secrets.payment),
    },
    redisUrl: settings.redisUrl ?? redisServer?.url ?? '',
    broker: settings.broker
      ? { ...settings.broker, fleetUrl: settings.broker.url, vehicleUrl: settings.broker.url }
      : {
          fleetUrl: broker?.fleetUrl ?? '',
          vehicleUrl: broker?.vehicleUrl ?? '',
          username: 'fleet',
          password: secrets.fleetBroker,
        },
    commandKeys: loadCommandKeys(dataDir),
    devicesFile,
    overrides: options.overrides ?? {},
  }
  const own = processNames.filter((name) => !external.has(name)).map((name) => holdfastProcess(name, inputs))
  await started.start(own, ({ readyUrl }) => messages.step.process(readyUrl))

  const addresses = addressesOf(inputs)
  writePrivateFile(addressesFileOf(dataDir), JSON.stringify(addresses))
  if (options.supervised === true) started.supervise()
  return {
    ...addresses,
    token: (request) => tokenFrom(addresses.issuerUrl, request),
    process: (name) => started.named(name),
    stop: () => started.stop(),
    [Symbol.asyncDispose]: () => started.stop(),
  }
}

/** The mutex and the pid files stay. */
function deleteAllButRunDir(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    if (join(dataDir, name) !== runDir(dataDir)) rmSync(join(dataDir, name), { recursive: true })
  }
}

/** Keeps the logs of the previous start, and none older. */
function keepPreviousLogs(dataDir: string): void {
  for (const name of [...serverNames, ...processNames]) {
    const log = logFileOf(dataDir, name)
    if (existsSync(log)) renameSync(log, `${log}.1`)
  }
}

/** Migrates the database, lets the roles log in, and creates vehicles and tariffs. Safe to repeat. */
async function prepareDatabase(
  ownerUrl: string,
  passwords: Record<Role, string>,
  devices: readonly Device[],
): Promise<void> {
  // A database that runs elsewhere may be used by a start on another machine at the same time.
  await withAdvisoryLock(ownerUrl, 'holdfast dev', async () => {
    await migrate(ownerUrl)
    await setPasswords(ownerUrl, passwords)
    const pool = new Pool({ connectionString: ownerUrl, max: 2, connectionTimeoutMillis: 5_000 })
    await seed(pool, { devices }).finally(() => pool.end())
  })
}
