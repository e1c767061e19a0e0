import { type TopicName, topicFilter, topicOf } from '@holdfast/contracts'
import { background, type Log, repeat, type Step } from '@holdfast/service/process'
import type { IPublishPacket, MqttClient } from 'mqtt'

/**
 * Every replica hears who is connected, what state they are in and what they answer: an answer must reach whoever lives,
 * and all three change nothing when heard twice. Positions and events are shared out; there are many of them, and one
 * reader is enough.
 */
const ownTopics: readonly TopicName[] = ['conn', 'state', 'ack']
const sharedTopics: readonly TopicName[] = ['tele', 'evt']
const shared = (filter: string) => `$share/fleet/${filter}`

/** Retained: what a vehicle said last, also while nobody listened. */
const rememberedTopics: readonly TopicName[] = ['conn', 'state']
/**
 * Vehicles per slice of the roll call. A broker drops what it cannot queue (Mosquitto: 1,000 messages), so all that it
 * remembers of a fleet must not be asked for at once.
 */
const slice = 250
const lookEvery = 250 // ms: how soon after connecting the roll is called
const rollEvery = 120_000 // ms: how long a will that the broker had to drop goes unnoticed

export interface Listening {
  readonly steps: readonly Step[]
  ready(): Promise<void>
}

/**
 * Connects for good, subscribes at repeat connection and hands over what is heard. After repeat connection, and now and
 * then, it calls the roll: it reads what the broker remembers of each vehicle, some at a time. `deviceIdsAfter` pages
 * through the fleet in a fixed order.
 */
export function listenToVehicles(
  client: MqttClient,
  heard: (topic: string, payload: Uint8Array, packet: IPublishPacket) => void,
  deviceIdsAfter: (deviceId: string, limit: number) => Promise<readonly string[]>,
  log: Log,
): Listening {
  let away = false
  let calledAt = 0
  const subscribe = async () => {
    try {
      const filters = [...ownTopics.map(topicFilter), ...sharedTopics.map(topicFilter).map(shared)]
      // What is retained is read by the roll call (retain handling 2: nothing of it with the subscription).
      await client.subscribeAsync(filters, { qos: 1, rh: 2 })
      calledAt = 0
      log.info('listening to vehicles')
    } catch (err) {
      if (client.connected) log.warn({ err }, 'the broker refused a subscription')
    }
  }

  const callRoll = async (signal: AbortSignal) => {
    if (!client.connected || Date.now() - calledAt < rollEvery) return
    const startedAt = Date.now()
    for (let last = ''; !signal.aborted; ) {
      const deviceIds = await deviceIdsAfter(last, slice)
      last = deviceIds.at(-1) ?? ''
      if (last === '') break
      const topics = deviceIds.flatMap((deviceId) => rememberedTopics.map((name) => topicOf(deviceId, name)))
      await client.subscribeAsync(topics, { qos: 0 })
      // Its answer comes after everything that the subscription has brought.
      await client.unsubscribeAsync(topics)
    }
    calledAt = startedAt
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
  client.on('message', (topic, payload, packet) => heard(topic, payload, packet))
  return {
    steps: [
      {
        name: 'mqtt',
        start: () => void client.connect(),
        // Without an expiry of zero the session stays: what vehicles say meanwhile is kept for the next start.
        stop: () => {
          away = true // It is we who leave.
          return client.endAsync(!client.connected)
        },
      },
      background('roll call', (signal) => repeat(signal, lookEvery, log, () => callRoll(signal))),
    ],
    ready: async () => {
      if (!client.connected) throw new Error('not connected to the broker')
    },
  }
}
