/** A simulated vehicle that a test controls: it can refuse commands, stay silent, and publish anything. */
import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto'
import {
  type Ack,
  Command,
  type LockState,
  type Sample,
  signEnvelope,
  topicOf,
  topics,
  traceProperty,
  verifyEnvelope,
} from '@holdfast/contracts'
import { connectAsync } from 'mqtt'

export interface TestDevice {
  readonly deviceId: string
  readonly mqttPassword: string
  readonly publicKey: string
  readonly privateKey: KeyObject
  readonly rides: boolean
  readonly latitude: number
  readonly longitude: number
  readonly batteryPercent: number
}

/** In the centre of Frankfurt, near the bridge where parking is forbidden. Vehicles stand a metre from each other. */
export const parkingPlace = { latitude: 50.1099, longitude: 8.6815 }

export function createTestDevice(number: number): TestDevice {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return {
    deviceId: `v-${randomBytes(4).toString('hex')}`,
    mqttPassword: randomUUID(),
    publicKey: publicKey.export({ format: 'jwk' }).x ?? '',
    privateKey,
    // The seed gives vehicles that are not ridden a parking spot where they stand.
    rides: false,
    latitude: parkingPlace.latitude + (number % 7) * 0.00001,
    longitude: parkingPlace.longitude + number * 0.00001,
    batteryPercent: 80,
  }
}

/** A new action does not compile until it is decided here. Null: it does not move the lock. */
const lockAfter: Readonly<Record<Command['action'], LockState | null>> = { UNLOCK: 'UNLOCKED', LOCK: 'LOCKED' }

type Behaviour = 'execute' | 'silent' | { readonly refuse: NonNullable<Ack['code']> }

export type TestVehicle = Awaited<ReturnType<typeof connectTestVehicle>>

export async function connectTestVehicle(url: string, device: TestDevice, serverKey: KeyObject) {
  const { deviceId } = device
  const epoch = randomBytes(8).toString('hex')
  const connection = (online: boolean) =>
    JSON.stringify({ v: 1, online, epoch, firmware: 'test', counter: 0, at: Date.now() })
  const client = await connectAsync(url, {
    protocolVersion: 5,
    clientId: deviceId,
    username: deviceId,
    password: device.mqttPassword,
    reconnectPeriod: 200,
    will: { topic: topicOf(deviceId, 'conn'), payload: Buffer.from(connection(false)), qos: 1, retain: true },
  })
  let seq = 0
  let behaviour: Behaviour = 'execute'
  const self = {
    lock: 'LOCKED' as LockState,
    latitude: device.latitude,
    longitude: device.longitude,
    batteryPercent: device.batteryPercent,
    odometer: 1_000,
    speed: 0,
  }
  const received: (Command & { trace: string | undefined })[] = []
  const acks = new Map<string, Ack>()

  const publish = (name: 'conn' | 'state' | 'ack' | 'tele' | 'evt', payload: string | Buffer, trace?: string) =>
    client.publishAsync(topicOf(deviceId, name), payload, {
      qos: topics[name].qos,
      retain: topics[name].retain,
      ...(trace && { properties: { userProperties: { [traceProperty]: trace } } }),
    })

  const ackOf = (command: Pick<Command, 'cid'>, phase: Ack['phase'], code: Ack['code'] = null): Ack => ({
    v: 1,
    cid: command.cid,
    deviceId,
    epoch,
    seq: ++seq,
    phase,
    code,
    lock: self.lock,
    position: { latitude: self.latitude, longitude: self.longitude },
    batteryPercent: self.batteryPercent,
    at: Date.now(),
  })

  const vehicle = {
    device,
    epoch,
    self,
    /** Every valid command that came, repeated ones too. */
    received,
    client,
    behave(next: Behaviour) {
      behaviour = next
    },
    async reportState() {
      const { lock, batteryPercent, latitude, longitude } = self
      const position = { latitude, longitude }
      await publish(
        'state',
        JSON.stringify({ v: 1, epoch, seq: ++seq, lock, batteryPercent, position, at: Date.now() }),
      )
    },
    async report(given: Partial<Sample> = {}) {
      Object.assign(self, given)
      const { latitude, longitude, batteryPercent, odometer, speed } = self
      const sample = { at: Date.now(), latitude, longitude, speed, heading: 0, batteryPercent, odometer, ...given }
      await publish('tele', JSON.stringify({ v: 1, epoch, seq: ++seq, history: false, samples: [sample] }))
    },
    async event(kind: string, number = ++seq) {
      await publish('evt', JSON.stringify({ v: 1, epoch, seq: number, kind, at: Date.now() }))
    },
    publish: (name: 'conn' | 'state' | 'ack' | 'tele' | 'evt', payload: string | Buffer) => publish(name, payload),
    ackOf,
    sendAck: (ack: Ack, key: KeyObject = device.privateKey, trace?: string) =>
      publish('ack', signEnvelope('ack', ack, deviceId, key), trace),
    /** Executes a command and answers with an ack, however late. */
    async execute(command: Command, trace?: string) {
      self.lock = lockAfter[command.action] ?? self.lock
      const ack = ackOf(command, 'EXECUTED')
      acks.set(command.cid, ack)
      await vehicle.sendAck(ack, device.privateKey, trace)
      await vehicle.reportState()
    },
    /** Publishes that it is offline, and disconnects. */
    async leave() {
      await publish('conn', connection(false))
      await client.endAsync()
    },
    /** Disconnects without a message; the broker sends its will. */
    async vanish() {
      client.options.reconnectPeriod = 0
      client.stream?.destroy()
      await client.endAsync(true)
    },
  }

  client.on('message', (_, payload, packet) => {
    const verified = verifyEnvelope('command', payload, () => serverKey)
    const command = verified.ok ? Command.safeParse(verified.payload) : undefined
    if (!command?.success || packet.topic !== topicOf(deviceId, 'cmd')) return
    const given = packet.properties?.userProperties?.[traceProperty]
    const trace = Array.isArray(given) ? given[0] : given
    received.push({ ...command.data, trace })
    const known = acks.get(command.data.cid)
    if (known) void vehicle.sendAck(known, device.privateKey, trace)
    else if (behaviour === 'execute') void vehicle.execute(command.data, trace)
    else if (behaviour !== 'silent') {
      const ack = ackOf(command.data, 'REFUSED', behaviour.refuse)
      acks.set(command.data.cid, ack)
      void vehicle.sendAck(ack, device.privateKey, trace)
    }
  })
  await client.subscribeAsync(topicOf(deviceId, 'cmd'), { qos: 1 })
  await publish('conn', connection(true))
  await vehicle.reportState()
  return vehicle
}
