import { randomBytes } from 'node:crypto'
import { type ServerFiles, serverFiles } from '../files.ts'
import { freePort } from '../processes/free-port.ts'
import type { ManagedProcess } from '../processes/managed-process.ts'
import { createOwnedFolder, removeAbandonedFolders, removeFolder } from '../processes/owned-folder.ts'
import { type BrokerDevice, type Mosquitto, mosquitto } from '../servers/mosquitto.ts'
import { type RedisServer, redis } from '../servers/redis.ts'
import { serversDir } from './test-database.ts'

/** A Redis for one test; `url` contains its password. It can be killed, paused and restarted, and keeps its data. */
export const testRedis = (): Promise<RedisServer & AsyncDisposable> =>
  startInFolder('redis', async (files) => redis(files, { port: await freePort(), password: secret() }))

export type TestBroker = Mosquitto &
  AsyncDisposable & {
    /** Connects at `fleetUrl`. */
    fleet: { username: 'fleet'; password: string }
  }

/** A Mosquitto for one test, with the access rules of the real one. Devices connect at `vehicleUrl` with their id and password. */
export async function testBroker({ devices }: { devices: readonly BrokerDevice[] }): Promise<TestBroker> {
  const fleet = { username: 'fleet', password: secret() } as const
  const broker = await startInFolder('mosquitto', async (files) =>
    mosquitto(files, {
      ports: { vehicles: await freePort(), fleet: await freePort() },
      fleetPassword: fleet.password,
      devices,
    }),
  )
  return Object.assign(broker, { fleet })
}

async function startInFolder<S extends ManagedProcess>(
  name: string,
  create: (files: ServerFiles) => Promise<S>,
): Promise<S & AsyncDisposable> {
  // Once per process is enough.
  removed ??= removeAbandonedFolders(serversDir)
  await removed
  const folder = createOwnedFolder(serversDir, name)
  const server = await create(serverFiles(folder, name))
  const stopServer = server.stop.bind(server)
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

/** Ends the servers of tests that were killed before they could. */
let removed: Promise<void> | undefined

const secret = () => randomBytes(18).toString('base64url')
