import { type Connection, topicOf, topics } from '@holdfast/contracts'
import { connect, type MqttClient } from 'mqtt'

/**
 * Seconds the broker waits before it says that the vehicle is gone. Radio gaps of some seconds are the rule between
 * houses; telling each of them would make vehicles flicker on the map. It does not depend on riding: during a ride
 * the age of the last position tells sooner.
 */
const willDelaySeconds = 30

/**
 * Seconds the broker keeps the session: longer than the will's delay (the end of a session sends the will at once)
 * and than any restart after which a command still waits to be acknowledged. Commands themselves live for seconds.
 */
const sessionSeconds = 3_600

/** Seconds between signs of life. */
const keepaliveSeconds = { LOCKED: 300, UNLOCKED: 60 }

const longestPause = 30_000 // ms between two attempts to connect

export interface Line {
  readonly url: string
  readonly deviceId: string
  readonly password: string
  readonly lock: 'LOCKED' | 'UNLOCKED'
  /** What the broker says in the vehicle's name when it is gone. */
  readonly will: Connection
}

/** A connection that is not started yet and never gives up. */
export function connection({ url, deviceId, password, lock, will }: Line): MqttClient {
  const client = connect(url, {
    manualConnect: true,
    protocolVersion: 5,
    clientId: deviceId,
    username: deviceId,
    password,
    clean: false,
    keepalive: keepaliveSeconds[lock],
    // Positions go out unacknowledged; only a ping's answer shows that somebody still listens.
    reschedulePings: false,
    connectTimeout: 10_000,
    resubscribe: false,
    queueQoSZero: false,
    // A password may be known to the vehicle before it is known to the broker.
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
  const pause = () => {
    const longest = Math.min(longestPause, 500 * 2 ** attempts)
    // A fleet that lost its broker at one moment must not come back at one moment.
    client.options.reconnectPeriod = Math.ceil(longest * (0.3 + 0.7 * Math.random()))
  }
  pause()
  client.on('connect', () => {
    attempts = 0
    pause()
  })
  client.on('reconnect', () => {
    attempts += 1
    pause()
  })
  return client
}

/**
 * Sets how soon a dead line is noticed. On the present connection only the vehicle's own pings follow: the broker hears of
 * it at the next one, and the vehicle does not reconnect for that, because the rider is waiting for this very connection.
 */
export function keepAlive(client: MqttClient, lock: Line['lock']): void {
  client.options.keepalive = keepaliveSeconds[lock]
  client.keepaliveManager?.setKeepalive(client.keepalive)
}
