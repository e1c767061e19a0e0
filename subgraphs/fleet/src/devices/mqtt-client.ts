import { hostname } from 'node:os'
import { withTimeout } from '@holdfast/service/process'
import { connect, type MqttClient } from 'mqtt'

/** Seconds the broker keeps messages for a client of this name while it is away: longer than a restart takes. */
const sessionSeconds = 600

/** The client that connects to the broker, not yet connected. It never gives up. */
export const createMqttClient = (config: {
  readonly MQTT_URL: string
  readonly MQTT_USERNAME: string
  readonly MQTT_PASSWORD: string
  readonly MQTT_CLIENT_ID?: string | undefined
}): MqttClient =>
  connect(config.MQTT_URL, {
    manualConnect: true,
    protocolVersion: 5,
    clientId: config.MQTT_CLIENT_ID ?? `fleet-${hostname()}`,
    username: config.MQTT_USERNAME,
    password: config.MQTT_PASSWORD,
    clean: false,
    properties: { sessionExpiryInterval: sessionSeconds },
    keepalive: 15,
    connectTimeout: 2_000,
    reconnectPeriod: 500,
    reconnectOnConnackError: true,
    // vehicle-subscriptions.ts subscribes after each connection.
    resubscribe: false,
    queueQoSZero: false,
  })

const pubackMs = 1_000 // A broker that takes longer is away.

/** Publishes to the broker; fails when the broker does not take it in time. */
export const publishToDevice = (
  client: MqttClient,
  topic: string,
  payload: Buffer | string,
  options: Parameters<MqttClient['publishAsync']>[2],
) => withTimeout(pubackMs, 'the broker', client.publishAsync(topic, payload, options))

/** Throws while there is no connection; for the readiness check. */
export function assertConnected(client: MqttClient): void {
  if (!client.connected) throw new Error('not connected to the broker')
}
