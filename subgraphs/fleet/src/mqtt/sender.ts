import type { KeyObject } from 'node:crypto'
import { hostname } from 'node:os'
import { seal, topicOf, topics, traceProperty, type VehicleConfig, type Command as Wire } from '@holdfast/contracts'
import { counter, type Log, withTimeout } from '@holdfast/service/process'
import { connect, type MqttClient } from 'mqtt'
import type { Command } from '../domain/command.ts'

export interface CommandKey {
  readonly kid: string
  readonly privateKey: KeyObject
}

const pubackMs = 1_000 // A broker that takes longer is away; the ledger's loop sends it again.
/** Seconds the broker keeps what vehicles say for a process of this name: longer than a restart takes. */
const sessionSeconds = 600

const sent = counter('commands_sent_total', 'Commands given to the broker', ['action', 'again'])

/** The house's line to the broker, not yet connected; it never gives up. */
export const line = (options: {
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
    // Every connection subscribes by itself, which also brings what the broker has retained.
    resubscribe: false,
    queueQoSZero: false,
  })

/** The bytes of a command are a function of its row: sent twice they are the same, and the vehicle obeys once. */
export function wireOf(command: Command, deviceId: string): Wire {
  return {
    v: 1,
    cid: command.id,
    deviceId,
    action: command.action,
    bookingId: command.bookingId,
    epoch: command.epoch,
    counter: command.counter,
    issuedAt: command.requestedAt.getTime(),
    expiresAt: command.expiresAt.getTime(),
  }
}

export interface Sender {
  /** Gives a command to the broker; true when the broker has it. */
  command(command: Command, deviceId: string, again?: boolean): Promise<boolean>
  /** Tells vehicles how often to report; retained, so that they hear it whenever they come back. */
  configure(deviceIds: readonly string[], wanted: VehicleConfig): Promise<void>
}

export function createSender({ client, key, log }: { client: MqttClient; key: CommandKey; log: Log }): Sender {
  const publish = (topic: string, payload: Buffer | string, options: Parameters<MqttClient['publishAsync']>[2]) =>
    withTimeout(pubackMs, 'the broker', client.publishAsync(topic, payload, options))
  return {
    async command(command, deviceId, again = false) {
      // Offline, the client would keep it and send it when it means nothing any more.
      if (!client.connected) return false
      const left = Math.ceil((command.expiresAt.getTime() - Date.now()) / 1_000)
      if (left <= 0) return false
      try {
        await publish(topicOf(deviceId, 'cmd'), seal('command', wireOf(command, deviceId), key.kid, key.privateKey), {
          qos: topics.cmd.qos,
          retain: topics.cmd.retain,
          properties: {
            messageExpiryInterval: left,
            ...(command.traceparent && { userProperties: { [traceProperty]: command.traceparent } }),
          },
        })
        sent.inc({ action: command.action, again: String(again) })
        return true
      } catch (err) {
        log.warn({ err, command: command.id }, 'the broker did not take a command')
        return false
      }
    },
    async configure(deviceIds, wanted) {
      if (!client.connected) return
      const payload = JSON.stringify(wanted)
      await Promise.all(
        deviceIds.map((deviceId) =>
          publish(topicOf(deviceId, 'cfg'), payload, { qos: topics.cfg.qos, retain: topics.cfg.retain }).catch(
            (err: unknown) => log.debug({ err }, 'a vehicle was not configured'),
          ),
        ),
      )
    },
  }
}
