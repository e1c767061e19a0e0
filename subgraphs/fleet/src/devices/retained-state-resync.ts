import { type TopicName, topicOf } from '@holdfast/contracts'
import { background, type Log, repeat, type Step } from '@holdfast/service/process'
import type { MqttClient } from 'mqtt'

/** Retained: the last message of each vehicle, also if nobody was subscribed. */
const retainedTopics: readonly TopicName[] = ['conn', 'state']
/**
 * Vehicles that are read at a time. A broker drops what it cannot queue (Mosquitto: 1,000 messages), so the retained
 * messages of a whole fleet must not be requested at once.
 */
const batch = 250
const checkEvery = 250 // ms: how soon after a subscription the resync begins
const resyncEvery = 120_000 // ms: how long a will that the broker had to drop stays unnoticed

/**
 * Reads the retained messages of all vehicles, after each subscription (`request`) and now and then. `deviceIdsAfter`
 * pages through the fleet in a fixed order.
 */
export function createRetainedStateResync(
  client: MqttClient,
  deviceIdsAfter: (deviceId: string, limit: number) => Promise<readonly string[]>,
  log: Log,
): { request(): void; readonly step: Step } {
  let resyncedAt = 0
  const resync = async (signal: AbortSignal) => {
    if (!client.connected || Date.now() - resyncedAt < resyncEvery) return
    const startedAt = Date.now()
    for (let last = ''; !signal.aborted; ) {
      const deviceIds = await deviceIdsAfter(last, batch)
      last = deviceIds.at(-1) ?? ''
      if (last === '') break
      const topics = deviceIds.flatMap((deviceId) => retainedTopics.map((name) => topicOf(deviceId, name)))
      await client.subscribeAsync(topics, { qos: 0 })
      // Answered after everything that the subscription has brought.
      await client.unsubscribeAsync(topics)
    }
    resyncedAt = startedAt
  }
  return {
    request() {
      resyncedAt = 0
    },
    step: background('retained-state resync', (signal) => repeat(signal, checkEvery, log, () => resync(signal))),
  }
}
