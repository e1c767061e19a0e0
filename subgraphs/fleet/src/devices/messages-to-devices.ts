/** What Holdfast sends to devices: commands, and how often to report. */
import type { KeyObject } from 'node:crypto'
import {
  type Command as CommandMessage,
  signEnvelope,
  topicOf,
  topics,
  traceProperty,
  type VehicleConfig,
} from '@holdfast/contracts'
import { counter, type Log, withTimeout } from '@holdfast/service/process'
import type { MqttClient } from 'mqtt'
import type { CommandSender } from '../commands/deps.ts'
import type { Command } from '../domain/command.ts'

const pubackMs = 1_000 // A broker that takes longer is away.

/** Publishes to the broker; fails when the broker does not take it in time. */
const publishToDevice = (
  client: MqttClient,
  topic: string,
  payload: Buffer | string,
  options: Parameters<MqttClient['publishAsync']>[2],
) => withTimeout(pubackMs, 'the broker', client.publishAsync(topic, payload, options))

const sent = counter('commands_sent_total', 'Commands that the broker took', ['action', 'again'])

/** Only a function of the command's row: sent twice it has the same bytes, and the vehicle executes it once. */
const messageOf = (command: Command, deviceId: string): CommandMessage => ({
  v: 1,
  cid: command.id,
  deviceId,
  action: command.action,
  bookingId: command.bookingId,
  epoch: command.epoch,
  counter: command.counter,
  issuedAt: command.requestedAt.getTime(),
  expiresAt: command.expiresAt.getTime(),
})

/** Signs commands and publishes them to devices. */
export const createCommandSender =
  (client: MqttClient, key: { readonly kid: string; readonly privateKey: KeyObject }, log: Log): CommandSender =>
  async (command, deviceId, again = false) => {
    // While offline the client would keep the command and send it when it has expired.
    if (!client.connected) return false
    const secondsLeft = Math.ceil((command.expiresAt.getTime() - Date.now()) / 1_000)
    if (secondsLeft <= 0) return false
    try {
      const message = signEnvelope('command', messageOf(command, deviceId), key.kid, key.privateKey)
      await publishToDevice(client, topicOf(deviceId, 'cmd'), message, {
        qos: topics.cmd.qos,
        retain: topics.cmd.retain,
        properties: {
          messageExpiryInterval: secondsLeft,
          ...(command.traceparent && { userProperties: { [traceProperty]: command.traceparent } }),
        },
      })
      sent.inc({ action: command.action, again: String(again) })
      return true
    } catch (err) {
      log.warn({ err, command: command.id }, 'the broker did not take a command')
      return false
    }
  }

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
