import { hostname } from 'node:os'
import { connect, type MqttClient } from 'mqtt'

/** Seconds the broker keeps messages for a client of this name while it is away: longer than a restart takes. */
const sessionSeconds = 600

/** The client that connects to the broker, not yet connected. It never gives up. */
export const createMqttClient = (options: {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly clientId: string | undefined
}): MqttClient =>
  connect(options.url, {
    manualConnect: true,
    protocolVersion: 5,
    clientId: options.clientId ?? `fleet-${hostname()}`,
    username: options.username,
    password: options.password,
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

/** Throws while there is no connection; for the readiness check. */
export function assertConnected(client: MqttClient): void {
  if (!client.connected) throw new Error('not connected to the broker')
}
