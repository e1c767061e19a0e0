import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { generate } from '@holdfast/database/generate'
import { type Steps, silentSteps } from '../bootstrap/steps.mjs'
import { logFileOf, mutexFileOf, runDir, writePrivateFile } from '../files.ts'
import { CannotStart, messages } from '../messages.ts'
import { endLeftovers } from '../processes/leftover-processes.ts'
import type { ManagedProcess } from '../processes/managed-process.ts'
import { acquireMutex, releaseMutex } from '../processes/process-mutex.ts'
import { createDatabase, type Role, urlAs } from '../servers/database.ts'
import { installMissing, type SystemProgram } from '../servers/system-programs.ts'
import { type Addresses, addressesOf } from './addresses.ts'
import { type Device, loadDevices } from './devices.ts'
import { externalServers, unusableServers } from './external-servers.ts'
import { ownServers } from './own-servers.ts'
import { choosePorts, type Ports } from './ports.ts'
import { prepareDatabase } from './prepare-database.ts'
import { type ProcessInputs, type ProcessName, processNames, type ServerName, serverNames } from './processes.ts'
import { addressesFileOf } from './running-stack.ts'
import { loadCommandKeys, loadSecrets } from './secrets.ts'
import { readSettings, type Settings } from './settings.ts'
import { startProcesses } from './start-processes.ts'
import { allStarted, StartedProcesses } from './started-processes.ts'
import { type TokenRequest, tokenFrom } from './tokens.ts'

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
    devices: readonly Device[]
    databaseUrl(role: Role | 'owner'): string
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
  const settings = {
    ...(options.settings ?? defaultSettings()),
    ...(options.fleet === undefined ? {} : { fleet: options.fleet }),
  }
  if (!isAbsolute(dataDir)) throw new Error('dataDir must be absolute')
  // The account that Postgres runs as must be able to enter it; each secret file has its own permissions.
  mkdirSync(dataDir, { recursive: true, mode: 0o711 })

  const mutex = mutexFileOf(dataDir)
  const holder = acquireMutex(mutex)
  if (holder !== undefined) throw new CannotStart(messages.alreadyRunning(holder.pid))

  const started = new StartedProcesses(() => {
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

  await steps.step('system programs', messages.step.programs, () => {
    const needed: [ServerName, SystemProgram][] = [
      ['redis', 'redis-server'],
      ['mosquitto', 'mosquitto'],
    ]
    const programs = needed.filter(([server]) => !external.has(server)).map(([, program]) => program)
    return installMissing(programs, steps.say)
  })
  await steps.step('database client', messages.step.client, generate)
  const { file: devicesFile, devices } = await steps.step('vehicles', messages.step.vehicles, () =>
    loadDevices(dataDir, settings.fleet, options.parkedVehicles),
  )

  const { database, redis, broker } = ownServers(settings, dataDir, ports, secrets, devices)
  const ownerUrl = settings.databaseUrl ?? database?.url('holdfast') ?? ''
  const servers = [database, redis, broker].filter((server) => server !== undefined)
  await allStarted(
    servers.map((server) =>
      started.start(server, [], () => steps.step(server.name, messages.step.server, server.start)),
    ),
  )
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
    databaseUrl: (role) => urlAs(ownerUrl, role, secrets[role]),
    redisUrl: settings.redisUrl ?? redis?.url ?? '',
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
  await startProcesses(started, inputs, external, steps)

  const addresses = addressesOf(inputs, ownerUrl)
  writePrivateFile(addressesFileOf(dataDir), JSON.stringify(addresses))
  if (options.supervised === true) started.supervise(steps.say)
  return {
    ...addresses,
    devices,
    databaseUrl: (role) => addresses.databaseUrls[role],
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

function defaultSettings(): Settings {
  const read = readSettings({}, [])
  if (!read.ok) throw new Error(read.faults.join('\n'))
  return read.settings
}
