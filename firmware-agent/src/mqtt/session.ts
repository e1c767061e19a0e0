import { type Connection, type LockState, type TopicName, topicOf, topics, traceProperty } from '@holdfast/contracts'
import { counter, inTrace, type Log, traceparent } from '@holdfast/service/process'
import type { IPublishPacket } from 'mqtt'
import { mqttClient, setKeepalive } from './client.ts'

const connects = counter('agent_connects_total', 'Connections that came up')

type DownTopic = { [K in TopicName]: (typeof topics)[K]['direction'] extends 'dn' ? K : never }[TopicName]
type UpTopic = Exclude<TopicName, DownTopic>

export type Session = ReturnType<typeof createSession>

/** The session of one vehicle with the broker, over as many connections as it takes. */
export function createSession(options: {
  readonly url: string
  readonly deviceId: string
  readonly password: string
  readonly lock: LockState
  readonly log: Log
  /** What is published on `up/conn`: online after each connecting; not online before leaving, and as the will. */
  announcement(online: boolean): Connection
  /** Called after the vehicle has announced that it is online. */
  online(): void
  /** What is done with a message, by topic. The broker gets its acknowledgement when this has ended. */
  readonly receive: Readonly<Record<DownTopic, (payload: Buffer) => Promise<void> | void>>
}) {
  const { deviceId, log, announcement, online, receive } = options
  const receivers = new Map([
    [topicOf(deviceId, 'cmd'), receive.cmd],
    [topicOf(deviceId, 'cfg'), receive.cfg],
  ])
  const client = mqttClient({ ...options, will: announcement(false) })
  let connectCalled = false

  /** Ends when the message is on its way (QoS 0) or acknowledged (QoS 1); false when it was lost with the connection. */
  const publish = (name: UpTopic, payload: Buffer | object, qos: 0 | 1 = topics[name].qos): Promise<boolean> => {
    const trace = traceparent()
    return client
      .publishAsync(topicOf(deviceId, name), Buffer.isBuffer(payload) ? payload : JSON.stringify(payload), {
        qos,
        retain: topics[name].retain,
        ...(trace && { properties: { userProperties: { [traceProperty]: trace } } }),
      })
      .then(
        () => true,
        () => false, // What must not be lost is published again after the next connecting.
      )
  }

  const receivePacket = async ({ topic, payload, properties }: IPublishPacket) => {
    const trace = properties?.userProperties?.[traceProperty]
    await inTrace(Array.isArray(trace) ? trace[0] : trace, () => receivers.get(topic)?.(Buffer.from(payload)))
  }

  // One message after the other, also when one comes over a new connection while the lock still moves for one of the old.
  let processing: Promise<void> = Promise.resolve()
  client.handleMessage = (packet, done) => {
    processing = processing
      .then(() => receivePacket(packet))
      .catch((err: unknown) => log.error({ err }, 'a message could not be processed'))
      .then(() => done())
  }

  client.on('connect', async () => {
    connects.inc()
    try {
      await client.subscribeAsync([...receivers.keys()], { qos: 1 })
    } catch {
      return // The connection is lost again; the next one subscribes.
    }
    // After subscribing: the server may send a command as soon as it sees that the vehicle is online.
    void publish('conn', announcement(true))
    online()
  })
  client.on('error', (error) => {
    // All vehicles report an absent broker, so that is not worth a warning; a refusal is about this vehicle alone.
    const refused = 'code' in error && typeof error.code === 'number'
    log[refused ? 'warn' : 'debug']({ reason: error.message }, 'not connected')
  })

  return {
    get connected(): boolean {
      return client.connected
    },
    /** Ends when the first attempt has succeeded or failed; further attempts go on by themselves. */
    connect: () =>
      new Promise<void>((resolve) => {
        client.once('connect', () => resolve())
        client.once('close', () => resolve())
        connectCalled = true
        client.connect()
      }),
    publish,
    /** An unlocked vehicle has to notice sooner that its connection is dead. */
    setKeepalive: (lock: LockState): void => setKeepalive(client, lock),
    /** Ends when no received message is being processed. */
    idle: () => processing,
    /** Announces that the vehicle leaves, and disconnects, so that the broker publishes no will. */
    async leave(): Promise<void> {
      await publish('conn', announcement(false))
      await client.endAsync()
    },
    /** Closes the connection, whatever state it is in. */
    async close(): Promise<void> {
      if (connectCalled) await client.endAsync(true) // mqtt.js cannot end a client that has never connected
    },
  }
}
