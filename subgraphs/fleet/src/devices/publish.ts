import { withTimeout } from '@holdfast/service/process'
import type { MqttClient } from 'mqtt'

const pubackMs = 1_000 // A broker that takes longer is away.

/** Publishes to the broker; fails when the broker does not take it in time. */
export const publishToDevice = (
  client: MqttClient,
  topic: string,
  payload: Buffer | string,
  options: Parameters<MqttClient['publishAsync']>[2],
) => withTimeout(pubackMs, 'the broker', client.publishAsync(topic, payload, options))
