import { type Connection, type LockState, topicOf, topics } from '@holdfast/contracts'
import { connect, type MqttClient } from 'mqtt'

/**
 * Seconds the broker waits before it publishes the will. Short gaps in radio contact are normal between buildings; publishing
 * each of them would make vehicles flicker on the map. It is the same during a ride: there the age of the last position
 * shows sooner that contact was lost.
 */
const willDelaySeconds = 30

/**
 * Seconds the broker keeps the session: longer than the delay of the will (the end of a session publishes the will at once),
 * and longer than any restart after which a command still waits for its acknowledgement. Commands themselves live for seconds.
 */
const sessionSeconds = 3_600

/** Seconds between heartbeats. */
const keepaliveSeconds: Readonly<Record<LockState, number>> = { LOCKED: 300, UNLOCKED: 60 }

const longestPause = 30_000 // ms between two attempts to connect

export interface ClientOptions {
  readonly url: string
  readonly deviceId: string
  readonly password: string
  readonly lock: LockState
  /** What the broker publishes for the vehicle when the connection is lost. */
  readonly will: Connection
}

/** A client that is not connected yet and that, once it is asked to connect, never gives up. */
export function mqttClient({ url, deviceId, password, lock, will }: ClientOptions): MqttClient {
  const client = connect(url, {
    manualConnect: true,
    protocolVersion: 5,
    clientId: deviceId,
    username: deviceId,
    password,
    clean: false,
    keepalive: keepaliveSeconds[lock],
    // Positions are published without acknowledgement; only the answer to a ping shows that the connection still works.
    reschedulePings: false,
    connectTimeout: 10_000,
    resubscribe: false,
    queueQoSZero: false,
    // A vehicle may know its password before the broker does.
    reconnectOnConnackError: true,
    properties: { sessionExpiryInterval: sessionSeconds },
    will: {
      topic: topicOf(deviceId, 'conn'),
      payload: Buffer.from(JSON.stringify(will)),
      qos: topics.conn.qos,
      retain: topics.conn.retain,
      properties: { willDelayInterval: willDelaySeconds },
    },
  })

  let attempts = 0
  const setPause = () => {
    const longest = Math.min(longestPause, 500 * 2 ** attempts)
    // At random: a fleet that lost its broker at one moment must not come back at one moment.
    client.options.reconnectPeriod = Math.ceil(longest * (0.3 + 0.7 * Math.random()))
  }
  setPause()
  client.on('connect', () => {
    attempts = 0
    setPause()
  })
  client.on('reconnect', () => {
    attempts += 1
    setPause()
  })
  return client
}

/**
 * Sets how soon a dead connection is noticed. On the present connection only the vehicle's own pings change; the broker gets
 * the new interval with the next connection. The vehicle does not reconnect for it: the rider waits for an answer over this one.
 */
export function setKeepalive(client: MqttClient, lock: LockState): void {
  client.options.keepalive = keepaliveSeconds[lock]
  client.keepaliveManager?.setKeepalive(client.keepalive)
}
