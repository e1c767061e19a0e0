/** The server's side of the broker, for tests. */
import { createPublicKey, type KeyObject, randomUUID } from 'node:crypto'
import {
  Ack,
  type Command,
  Connection,
  parseJson,
  parseTopic,
  signEnvelope,
  type TopicName,
  topicFilter,
  topicOf,
  topics,
  traceProperty,
  verifyEnvelope,
} from '@holdfast/contracts'
import { connectAsync, type MqttClient } from 'mqtt'
import { type TestDevice, until } from './agent-process.ts'

export interface Received {
  readonly deviceId: string
  readonly name: TopicName
  readonly payload: Buffer
  readonly trace: string | undefined
  readonly retained: boolean
}

/** Receives everything that vehicles publish, and sends them commands. */
export async function testServer(url: string, login: { username: string; password: string }, key: KeyObject) {
  const client: MqttClient = await connectAsync(url, { ...login, protocolVersion: 5, reconnectPeriod: 100 })
  const received: Received[] = []
  client.on('message', (topic, payload, packet) => {
    const parsed = parseTopic(topic)
    const trace = packet.properties?.userProperties?.[traceProperty]
    if (parsed) received.push({ ...parsed, payload, trace: trace ? String(trace) : undefined, retained: packet.retain })
  })
  const up = (Object.keys(topics) as TopicName[]).filter((name) => topics[name].direction === 'up')
  await client.subscribeAsync(up.map(topicFilter), { qos: 1 })

  /** Waits for the first message from which `read` returns something. */
  async function waitFor<T>(what: string, read: (message: Received) => T | null | undefined, after = 0): Promise<T> {
    try {
      return await until(what, () => {
        for (const message of received.slice(after)) {
          const found = read(message)
          if (found !== null && found !== undefined) return found
        }
        return null
      })
    } catch (cause) {
      throw new Error(`received were\n${received.map(({ name, payload }) => `${name} ${payload}`).join('\n')}`, {
        cause,
      })
    }
  }

  let counter = 0
  const birth = (device: TestDevice, after = 0) =>
    waitFor(
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
    received,
    waitFor,
    birth,
    /** An unsigned command as the server would make it now. */
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
      await client.publishAsync(topicOf(device.deviceId, 'cmd'), signEnvelope('command', command, 'server', signedBy), {
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
      waitFor(
        `ack of ${cid}`,
        ({ deviceId, name, payload, trace }) => {
          if (deviceId !== device.deviceId || name !== 'ack') return null
          const opened = verifyEnvelope('ack', payload, () => publicKeyOf(device))
          if (!opened.ok) throw new Error(`an ack with ${opened.code}`)
          const ack = Ack.parse(opened.payload)
          return ack.cid === cid && phases.includes(ack.phase) ? { ...ack, trace } : null
        },
        after,
      ),
    [Symbol.asyncDispose]: async () => client.endAsync(true),
  }
}
export type TestServer = Awaited<ReturnType<typeof testServer>>

const publicKeyOf = (device: TestDevice) => createPublicKey(device.publicKey)
