/** Running agents, for tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readMoves } from './moves.ts'

export interface TestDevice {
  readonly deviceId: string
  readonly mqttPassword: string
  readonly privateKey: string
  readonly publicKey: string
  readonly rides: boolean
  readonly latitude: number
  readonly longitude: number
  readonly batteryPercent: number
}

const pem = { format: 'pem' } as const

export function testDevice(given: Partial<TestDevice> = {}): TestDevice {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    deviceId: `v-${randomUUID().slice(0, 8)}`,
    mqttPassword: randomUUID(),
    privateKey: privateKey.export({ ...pem, type: 'pkcs8' }).toString(),
    publicKey: publicKey.export({ ...pem, type: 'spki' }).toString(),
    rides: false,
    latitude: 50.1109,
    longitude: 8.6821,
    batteryPercent: 80,
    ...given,
  }
}

/** A folder with what an agent needs, and the key of the server whose commands it accepts. */
export function provisioned(devices: readonly TestDevice[]) {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-agent-'))
  const server = generateKeyPairSync('ed25519')
  writeFileSync(join(directory, 'devices.json'), JSON.stringify(devices))
  writeFileSync(join(directory, 'server.pem'), server.publicKey.export({ ...pem, type: 'spki' }))
  return {
    directory,
    serverKey: server.privateKey,
    /** How often the lock of a vehicle of the test agent has been moved. */
    moves: (deviceId: string): number => readMoves(join(directory, 'state'), deviceId).length,
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  }
}

export interface Agent {
  readonly pid: number
  logs(): string
  /** Ends when the process has, with its exit code. */
  readonly exited: Promise<number | null>
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>
}

const testAgent = join(import.meta.dirname, 'test-agent.ts')

/** Starts an agent as a process: the one with the lock for tests, or `program`. The caller ends it. */
export function startAgent(
  directory: string,
  mqttUrl: string,
  env: Record<string, string> = {},
  program: string = testAgent,
): Agent {
  const child: ChildProcess = spawn(process.execPath, [program], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      MQTT_URL: mqttUrl,
      DEVICES_FILE: join(directory, 'devices.json'),
      COMMAND_PUBLIC_KEY_FILE: join(directory, 'server.pem'),
      STATE_DIR: join(directory, 'state'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let logs = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      logs += chunk
    })
  }
  const exited = once(child, 'close').then(() => child.exitCode)
  return {
    pid: child.pid ?? 0,
    logs: () => logs,
    exited,
    end(signal) {
      child.kill(signal)
      return exited
    },
  }
}

/** Milliseconds. Long, because a busy machine is not a fault of the agent. */
const patience = 20_000

/** Waits until `read` gives something; fails with `what` was waited for. */
export async function until<T>(what: string, read: () => T | null | undefined | false): Promise<T> {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await delay(10)) {
    const found = read()
    if (found !== null && found !== undefined && found !== false) return found
  }
  throw new Error(`not within ${patience} ms: ${what}`)
}
