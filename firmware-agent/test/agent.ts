/** A running agent and a house to talk to it, for tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  Ack,
  type Command,
  Connection,
  open,
  parseJson,
  parseTopic,
  seal,
  type TopicName,
  topicFilter,
  topicOf,
  topics,
  traceProperty,
} from '@holdfast/contracts'
import { connectAsync, type MqttClient } from 'mqtt'

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

/** One directory with what an agent needs, and the keys of the house it obeys. */
export function provisioned(devices: readonly TestDevice[]) {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-agent-'))
  const house = generateKeyPairSync('ed25519')
  writeFileSync(join(directory, 'devices.json'), JSON.stringify(devices))
  writeFileSync(join(directory, 'house.pem'), house.publicKey.export({ ...pem, type: 'spki' }))
  return {
    directory,
    houseKey: house.privateKey,
    journal: join(directory, 'state', 'vehicles.jsonl'),
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

/** Starts the real program. The caller ends it. */
export function startAgent(directory: string, mqttUrl: string, env: Record<string, string> = {}): Agent {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts')], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      MQTT_URL: mqttUrl,
      DEVICES_FILE: join(directory, 'devices.json'),
      COMMAND_PUBLIC_KEY_FILE: join(directory, 'house.pem'),
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

/** Long: a busy machine is not a fault of the agent. */
const patience = 20_000

/** Waits until `read` gives something; fails with `what` was waited for. */
export async function until<T>(what: string, read: () => T | null | undefined | false): Promise<T> {
  for (const deadline = Date.now() + patience; Date.now() < deadline; await delay(10)) {
    const found = read()
    if (found !== null && found !== undefined && found !== false) return found
  }
  throw new Error(`not within ${patience} ms: ${what}`)
}

export interface Heard {
  readonly deviceId: string
  readonly name: TopicName
  readonly payload: Buffer
  readonly trace: string | undefined
  readonly retained: boolean
}

/** The house's side of the broker: hears everything vehicles say, and commands them. */
export async function house(url: string, login: { username: string; password: string }, key: KeyObject) {
  const client: MqttClient = await connectAsync(url, { ...login, protocolVersion: 5, reconnectPeriod: 100 })
  const heard: Heard[] = []
  client.on('message', (topic, payload, packet) => {
    const parsed = parseTopic(topic)
    const trace = packet.properties?.userProperties?.[traceProperty]
    if (parsed) heard.push({ ...parsed, payload, trace: trace ? String(trace) : undefined, retained: packet.retain })
  })
  const up = (Object.keys(topics) as TopicName[]).filter((name) => topics[name].direction === 'up')
  await client.subscribeAsync(up.map(topicFilter), { qos: 1 })

  /** Waits for the first message that `read` makes something of. */
  async function hear<T>(what: string, read: (heard: Heard) => T | null | undefined, after = 0): Promise<T> {
    try {
      return await until(what, () => {
        for (const message of heard.slice(after)) {
          const found = read(message)
          if (found !== null && found !== undefined) return found
        }
        return null
      })
    } catch (cause) {
      throw new Error(`heard were\n${heard.map(({ name, payload }) => `${name} ${payload}`).join('\n')}`, { cause })
    }
  }

  let counter = 0
  const birth = (device: TestDevice, after = 0) =>
    hear(
      `birth of ${device.deviceId}`,
      ({ deviceId, name, payload }) => {
        if (deviceId !== device.deviceId || name !== 'conn') return null
        const connection = Connection.parse(parseJson(payload))
        return connection.online ? connection : null
      },
      after,
    )

  return {
    client,
    heard,
    hear,
    birth,
    /** An unsigned command as the house would make it now. */
    async command(device: TestDevice, given: Partial<Command> = {}): Promise<Command> {
      counter += 1
      return {
        v: 1,
        cid: randomUUID(),
        deviceId: device.deviceId,
        action: 'UNLOCK',
        bookingId: randomUUID(),
        epoch: given.epoch ?? (await birth(device)).epoch,
        counter,
        issuedAt: Date.now(),
        expiresAt: Date.now() + 15_000,
        ...given,
      }
    },
    async send(
      device: TestDevice,
      command: unknown,
      { signedBy = key, trace }: { signedBy?: KeyObject; trace?: string } = {},
    ) {
      await client.publishAsync(topicOf(device.deviceId, 'cmd'), seal('command', command, 'house', signedBy), {
        qos: 1,
        properties: trace ? { userProperties: { [traceProperty]: trace } } : {},
      })
    },
    /** The verified ack of a phase, for a command id or for bytes that could not be read. */
    ack: (
      device: TestDevice,
      cid: string | null,
      phases: readonly Ack['phase'][] = ['EXECUTED', 'REFUSED'],
      after = 0,
    ) =>
      hear(
        `ack of ${cid}`,
        ({ deviceId, name, payload, trace }) => {
          if (deviceId !== device.deviceId || name !== 'ack') return null
          const opened = open('ack', payload, () => publicKeyOf(device))
          if (!opened.ok) throw new Error(`an ack with ${opened.code}`)
          const ack = Ack.parse(opened.payload)
          return ack.cid === cid && phases.includes(ack.phase) ? { ...ack, trace } : null
        },
        after,
      ),
    [Symbol.asyncDispose]: async () => client.endAsync(true),
  }
}
export type House = Awaited<ReturnType<typeof house>>

const publicKeyOf = (device: TestDevice) => createPublicKey(device.publicKey)
