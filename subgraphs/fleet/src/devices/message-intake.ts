/**
 * Receives what vehicles publish. Each message is parsed at once and kept for a batch; acks are processed one by one per
 * vehicle. A message that cannot be used is counted and dropped, and can do nothing else.
 */
import { parseTopic, type TopicName, traceProperty } from '@holdfast/contracts'
import { counter, type Step } from '@holdfast/service/process'
import type { Deps } from '../commands/deps.ts'
import { createAckIntake } from './ack-intake.ts'
import { createEventIntake } from './event-intake.ts'
import { createPositionIntake } from './position-intake.ts'
import { createStateIntake } from './state-intake.ts'
import type { OnMessage } from './vehicle-subscriptions.ts'

const received = counter('vehicle_messages_total', 'Messages of vehicles by what became of them', ['name', 'outcome'])

/** `onRebooted` is called with devices that have rebooted. */
export function createMessageIntake(
  deps: Deps,
  onRebooted: (deviceIds: readonly string[]) => Promise<void>,
): { readonly onMessage: OnMessage; readonly steps: readonly Step[] } {
  const states = createStateIntake(deps, onRebooted)
  const events = createEventIntake(deps)
  const positions = createPositionIntake(deps, states.onHeartbeat)
  const acks = createAckIntake(deps, (outcome) => received.inc({ name: 'ack', outcome }))

  /** What became of the message; null when that is counted later. */
  const receive = (name: TopicName, deviceId: string, payload: Uint8Array, retained: boolean, trace?: string) => {
    switch (name) {
      case 'conn':
        return states.onConnection(deviceId, payload, retained)
      case 'state':
        return states.onState(deviceId, payload, retained)
      case 'tele':
        return positions.onTelemetry(deviceId, payload)
      case 'evt':
        return events.onEvent(deviceId, payload)
      case 'ack':
        return acks.onAck(deviceId, payload, trace)
      case 'cmd':
      case 'cfg':
        return 'unknown_topic'
    }
  }

  return {
    onMessage: (topic, payload, packet) => {
      const parsed = parseTopic(topic)
      if (!parsed) return void received.inc({ name: 'other', outcome: 'unknown_topic' })
      const { deviceId, name } = parsed
      const trace = packet.properties?.userProperties?.[traceProperty]
      const outcome = receive(name, deviceId, payload, packet.retain, Array.isArray(trace) ? trace[0] : trace)
      if (outcome) received.inc({ name, outcome })
    },
    steps: [...states.steps, ...events.steps, ...positions.steps, ...acks.steps],
  }
}
