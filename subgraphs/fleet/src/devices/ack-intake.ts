import type { KeyObject } from 'node:crypto'
import { Ack, verifyEnvelope } from '@holdfast/contracts'
import { inTrace, isUnavailable, pause } from '@holdfast/service/process'
import type { Deps } from '../commands/deps.ts'
import { settleCommand } from '../commands/settleCommand.ts'
import { deviceKeys } from '../store/devices.ts'
import { createKeyedQueue } from './keyed-queue.ts'

const width = 8 // transactions at a time
const depth = 8 // acks of one vehicle; it has one command at a time
const retryForMs = 60_000 // After that the vehicle's state and `retryCommands` find out.
const keysFor = 60_000 // ms that a device's keys are remembered, so that a withdrawn key is soon no longer valid

/** Acks of vehicles: verified by the device's key and processed one by one per vehicle, in order. */
export function createAckIntake(deps: Deps, count: (outcome: string) => void) {
  const { pool, log, now } = deps
  const keys = new Map<string, { keys: ReadonlyMap<string, KeyObject>; readAt: number }>()
  const queue = createKeyedQueue(width, depth)

  const keysOf = async (deviceId: string): Promise<ReadonlyMap<string, KeyObject>> => {
    const known = keys.get(deviceId)
    if (known && now().getTime() - known.readAt < keysFor) return known.keys
    const read = await deviceKeys(pool, deviceId)
    keys.set(deviceId, { keys: read, readAt: now().getTime() })
    return read
  }

  const settle = async (deviceId: string, payload: Uint8Array): Promise<string> => {
    const deviceKeysById = await keysOf(deviceId)
    const verified = verifyEnvelope('ack', payload, (kid) => deviceKeysById.get(kid))
    if (!verified.ok) return verified.code.toLowerCase()
    const ack = Ack.safeParse(verified.payload)
    if (!ack.success) return 'malformed'
    const { cid } = ack.data
    // A vehicle may answer only for itself, whatever keys it has.
    if (ack.data.deviceId !== deviceId) return 'wrong_vehicle'
    if (cid === null) {
      log.warn({ deviceId, code: ack.data.code }, 'a vehicle could not read a command')
      return 'taken'
    }
    return (await settleCommand(deps, { ...ack.data, cid })) ? 'taken' : 'unknown_command'
  }

  const settleWhenAvailable = async (deviceId: string, payload: Uint8Array, until: number) => {
    for (let attempt = 0; ; attempt++) {
      try {
        const outcome = await settle(deviceId, payload)
        count(outcome)
        if (outcome !== 'taken') log.warn({ deviceId, outcome }, 'ack dropped')
        return
      } catch (err) {
        if (!isUnavailable(err) || now().getTime() > until) {
          log.error({ err, deviceId }, 'ack lost')
          count('failed')
          return
        }
        await pause(Math.min(100 * 2 ** attempt, 2_000), AbortSignal.timeout(2_000))
      }
    }
  }

  return {
    steps: [{ name: 'acks', start: () => undefined, stop: () => queue.idle() }],
    /** What became of it; null when that is counted later. */
    onAck(deviceId: string, payload: Uint8Array, trace: string | undefined): string | null {
      const until = now().getTime() + retryForMs
      const job = () => inTrace(trace, () => settleWhenAvailable(deviceId, payload, until))
      return queue.push(deviceId, job) ? null : 'overflow'
    },
  }
}
