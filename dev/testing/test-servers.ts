import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { pidFileOf } from '../files.ts'
import { freePort } from '../processes/free-port.ts'
import type { ManagedProcess } from '../processes/managed-process.ts'
import { createOwnedFolder, removeAbandonedFolders, removeFolder } from '../processes/owned-folder.ts'
import { type BrokerDevice, type Mosquitto, mosquitto } from '../servers/mosquitto.ts'
import { type RedisServer, redis } from '../servers/redis.ts'
import { serversDir } from './folders.ts'

/** A Redis for one test; `url` contains its password. It can be killed, paused and restarted, and keeps its data. */
export const testRedis = (): Promise<RedisServer & AsyncDisposable> =>
  startInFolder('redis', async (files) => redis({ ...files, port: await freePort(), password: secret() }))

export type TestBroker = Mosquitto &
  AsyncDisposable & {
    /** Connects at `fleetUrl`. */
    fleet: { username: 'fleet'; password: string }
  }

/** A Mosquitto for one test, with the access rules of the real one. Devices connect at `vehicleUrl` with their id and password. */
export async function testBroker({ devices }: { devices: readonly BrokerDevice[] }): Promise<TestBroker> {
  const fleet = { username: 'fleet', password: secret() } as const
  const broker = await startInFolder('mosquitto', async (files) =>
    mosquitto({
      ...files,
      ports: { vehicles: await freePort(), fleet: await freePort() },
      fleetPassword: fleet.password,
      devices,
    }),
  )
  return Object.assign(broker, { fleet })
}

type Files = { dataDir: string; logFile: string; pidFile: string }

async function startInFolder<S extends ManagedProcess>(
  name: string,
  create: (files: Files) => Promise<S>,
): Promise<S & AsyncDisposable> {
  await removeLeftovers()
  const folder = createOwnedFolder(serversDir, name)
  const server = await create({
    dataDir: folder,
    logFile: join(folder, `${name}.log`),
    pidFile: pidFileOf(folder, name),
  })
  const stopServer = server.stop
  // A test that is interrupted runs no afterAll.
  const killAtExit = () => server.running && process.kill(server.pid, 'SIGKILL')
  process.once('exit', killAtExit)
  const stop = async () => {
    await stopServer()
    process.off('exit', killAtExit)
    removeFolder(folder)
  }
  await server.start()
  return Object.assign(server, { stop, [Symbol.asyncDispose]: stop })
}

let removed: Promise<void> | undefined

/** Ends the servers of tests that were killed before they could. Once per process is enough. */
function removeLeftovers(): Promise<void> {
  removed ??= removeAbandonedFolders(serversDir)
  return removed
}

const secret = () => randomBytes(18).toString('base64url')
