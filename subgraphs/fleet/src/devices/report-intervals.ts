import { topicOf, topics, type VehicleConfig } from '@holdfast/contracts'
import type { Log } from '@holdfast/service/process'
import type { MqttClient } from 'mqtt'
import { publishToDevice } from './mqtt-client.ts'

const parkedIntervalMs = 15 * 60_000

/** Configures how often devices report. The messages are retained, so a device receives its own whenever it comes back. */
export const createReportIntervals = (client: MqttClient, movingIntervalMs: number, log: Log) => {
  const config: VehicleConfig = { v: 1, parkedIntervalMs, movingIntervalMs }
  return async (deviceIds: readonly string[]): Promise<void> => {
    if (!client.connected) return
    const { qos, retain } = topics.cfg
    await Promise.all(
      deviceIds.map((deviceId) =>
        publishToDevice(client, topicOf(deviceId, 'cfg'), JSON.stringify(config), { qos, retain }).catch(
          (err: unknown) => log.debug({ err }, 'a vehicle was not configured'),
        ),
      ),
    )
  }
}
