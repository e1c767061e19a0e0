import { type TopicName, topicFilter } from '@holdfast/contracts'
import type { Log, Step } from '@holdfast/service/process'
import type { IPublishPacket, MqttClient } from 'mqtt'

/**
 * Each replica receives connections, states and acks: an ack must reach a replica that is alive, and receiving any of them
 * twice changes nothing. Positions and events are shared among the replicas; there are many of them, and one reader is
 * enough.
 */
const ownTopics: readonly TopicName[] = ['conn', 'state', 'ack']
const sharedTopics: readonly TopicName[] = ['tele', 'evt']
const shared = (filter: string) => `$share/fleet/${filter}`
const filters = [...ownTopics.map(topicFilter), ...sharedTopics.map(topicFilter).map(shared)]

/** A message of a vehicle. */
export type OnMessage = (topic: string, payload: Uint8Array, packet: IPublishPacket) => void

/**
 * Connects for good, subscribes after each connection, and passes on the messages. `onSubscribed` is called after each
 * subscription: then the retained messages have to be read.
 */
export function subscribeToVehicles(
  client: MqttClient,
  { onMessage, onSubscribed, log }: { onMessage: OnMessage; onSubscribed(): void; log: Log },
): Step {
  let away = false
  const subscribe = async () => {
    try {
      // Retain handling 2: retained messages are not sent with the subscription; the retained-state resync reads them.
      await client.subscribeAsync(filters, { qos: 1, rh: 2 })
      onSubscribed()
      log.info('subscribed to vehicles')
    } catch (err) {
      if (client.connected) log.warn({ err }, 'the broker refused a subscription')
    }
  }
  client.on('connect', () => {
    away = false
    void subscribe()
  })
  client.on('close', () => {
    if (!away) log.warn('the broker is away')
    away = true
  })
  client.on('error', (err) => log.debug({ err }, 'mqtt'))
  client.on('message', onMessage)
  return {
    name: 'mqtt',
    start: () => void client.connect(),
    // The session expiry is not set to zero, so the session stays: the broker keeps messages for the next start.
    stop: () => {
      away = true // This process leaves, not the broker.
      return client.endAsync(!client.connected)
    },
  }
}
