import type { KeyObject } from 'node:crypto'
import { type Command as CommandMessage, signEnvelope, topicOf, topics, traceProperty } from '@holdfast/contracts'
import { counter, type Log } from '@holdfast/service/process'
import type { MqttClient } from 'mqtt'
import type { CommandSender } from '../commands/deps.ts'
import type { Command } from '../domain/command.ts'
import { publishToDevice } from './mqtt-client.ts'

export interface CommandKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

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
  (client: MqttClient, key: CommandKey, log: Log): CommandSender =>
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
