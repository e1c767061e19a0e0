import { type TopicName, topicFilter } from '@holdfast/contracts'
import type { Log, Step } from '@holdfast/service'
import type { IPublishPacket, MqttClient } from 'mqtt'

/**
 * Every replica hears who is connected, what state they are in and what they answer: the first two are retained, which
 * the broker does not send to shared subscriptions, and an answer must reach whoever lives. All three change nothing
 * when heard twice. Positions and events are shared out; there are many of them, and one reader is enough.
 */
const ownTopics: readonly TopicName[] = ['conn', 'state', 'ack']
const sharedTopics: readonly TopicName[] = ['tele', 'evt']
const shared = (filter: string) => `$share/fleet/${filter}`

/** Connects for good, subscribes at every connection and hands over what is heard. */
export function listenToVehicles(
  client: MqttClient,
  heard: (topic: string, payload: Uint8Array, packet: IPublishPacket) => void,
  log: Log,
): Step & { ready(): Promise<void> } {
  const subscribe = async () => {
    try {
      await client.subscribeAsync([...ownTopics.map(topicFilter), ...sharedTopics.map(topicFilter).map(shared)], {
        qos: 1,
      })
      log.info('listening to vehicles')
    } catch (err) {
      if (client.connected) log.warn({ err }, 'the broker refused a subscription')
    }
  }
  let away = false
  client.on('connect', () => {
    away = false
    void subscribe()
  })
  client.on('close', () => {
    if (!away) log.warn('the broker is away')
    away = true
  })
  client.on('error', (err) => log.debug({ err }, 'mqtt'))
  client.on('message', (topic, payload, packet) => heard(topic, payload, packet))
  return {
    name: 'mqtt',
    start: () => void client.connect(),
    // Without an expiry of zero the session stays: what vehicles say meanwhile is kept for the next start.
    stop: () => {
      away = true // It is we who leave.
      return client.endAsync(!client.connected)
    },
    ready: async () => {
      if (!client.connected) throw new Error('not connected to the broker')
    },
  }
}
