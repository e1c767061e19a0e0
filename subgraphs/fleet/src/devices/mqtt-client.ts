import { hostname } from 'node:os'
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
