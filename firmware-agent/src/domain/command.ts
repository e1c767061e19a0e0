/** What a vehicle does with bytes that claim to be a command. Decided from values alone; `vehicle/execute.ts` does it. */
import {
  type Ack,
  Command,
  type LockState,
  type RefusalCode,
  type Sample,
  type VehicleEvent,
  verifyEnvelope,
} from '@holdfast/contracts'
import { actions, type Interlock } from './actions.ts'
import type { SavedCommand, SavedCommands } from './saved-commands.ts'

/** Bytes. A signed command is under 1 kB, the largest that the contract allows under 6 kB. Longer ones are not parsed. */
const longestEnvelope = 6_144

/** Milliseconds by which the server's clock may be ahead before a command counts as issued in the future. */
export const clockTolerance = 30_000

/** What the vehicle's sensors show. Speed comes from the wheel, in metres per second: it is exactly 0 when standing. */
export interface Condition extends Pick<Sample, 'latitude' | 'longitude' | 'speed' | 'batteryPercent'> {
  readonly lock: LockState
}

/** Everything a decision may depend on. `seq` is the number of the one ack that the decision may make. */
export interface Situation {
  readonly deviceId: string
  readonly epoch: string
  readonly seq: number
  readonly now: number
  readonly saved: SavedCommands
  readonly condition: Condition
  /** Percent. Below it a ride would end on the road, so the vehicle does not unlock. */
  readonly lowBattery: number
  readonly keyById: Parameters<typeof verifyEnvelope>[2]
}

/** One thing to do. Steps are done in order, each after the one before it has ended. */
export type Step =
  | { readonly do: 'save'; readonly counter: number; readonly command: SavedCommand }
  | { readonly do: 'ack'; readonly ack: Ack }
  | { readonly do: 'moveLock'; readonly to: LockState }
  | { readonly do: 'settle'; readonly command: SavedCommand }
  | { readonly do: 'report'; readonly event: VehicleEvent['kind'] }
  | { readonly do: 'beep' }

/**
 * Decides what to do with received bytes.
 *
 * The order is part of the contract. Nothing in a message is used before its signature is verified. A repeated command gets
 * its stored ack before epoch and time are checked: both may have passed since (a crash, a slow reconnect), and a refusal
 * after EXECUTED would be wrong about an unlocked vehicle.
 */
export function decide(bytes: Uint8Array, at: Situation): readonly Step[] {
  if (bytes.length > longestEnvelope) return [refuse(null, 'MALFORMED', at)]
  const opened = verifyEnvelope('command', bytes, at.keyById)
  if (!opened.ok) return [refuse(null, opened.code, at)]
  const parsed = Command.safeParse(opened.payload)
  if (!parsed.success) return [refuse(null, 'MALFORMED', at)]
  const command = parsed.data
  if (command.deviceId !== at.deviceId) return [refuse(command.cid, 'WRONG_VEHICLE', at)]

  const repeated = at.saved.commands.find(({ ack }) => ack.cid === command.cid)
  if (repeated) return [{ do: 'ack', ack: repeated.ack }]

  if (command.epoch !== at.epoch) return [refuse(command.cid, 'EPOCH', at)]
  if (at.now >= command.expiresAt) return [refuse(command.cid, 'EXPIRED', at)]
  if (at.now < command.issuedAt - clockTolerance) return [refuse(command.cid, 'NOT_YET_VALID', at)]
  if (command.counter <= at.saved.counter) return [refuse(command.cid, 'REPLAY', at)]

  const { interlocks, to } = actions[command.action]
  const refusal = interlocks.find((each) => applies[each](at)) ?? null
  const ack = ackOf(command.cid, refusal ? 'REFUSED' : 'ACCEPTED', refusal, at)
  const saved: SavedCommand = { action: command.action, ack }
  // Saved before anything moves: if the power fails now, the ack of the repeated command is found.
  const steps: readonly Step[] = [
    { do: 'save', counter: command.counter, command: saved },
    { do: 'ack', ack },
  ]
  if (refusal) return refusal === 'MOVING' ? [...steps, { do: 'beep' }] : steps
  return [...steps, { do: 'moveLock', to }, { do: 'settle', command: saved }]
}

const applies: Readonly<Record<Interlock, (at: Situation) => boolean>> = {
  MOVING: ({ condition }) => condition.speed > 0,
  LOW_BATTERY: ({ condition, lowBattery }) => condition.batteryPercent < lowBattery,
}

/** Settles an accepted command by what the lock's sensor shows after the motor has stopped; undefined if it cannot be read. */
export function settle(command: SavedCommand, sensor: LockState | undefined, at: Situation): readonly Step[] {
  const { to, event } = actions[command.action]
  const executed = sensor === to
  const settled: SavedCommand = {
    action: command.action,
    ack: {
      ...command.ack,
      ...measured({ ...at, condition: { ...at.condition, lock: sensor ?? at.condition.lock } }),
      phase: executed ? 'EXECUTED' : 'REFUSED',
      code: executed ? null : 'JAMMED',
    },
  }
  const steps: readonly Step[] = [
    { do: 'save', counter: at.saved.counter, command: settled },
    { do: 'ack', ack: settled.ack },
  ]
  return executed ? [...steps, { do: 'report', event }] : steps
}

const measured = ({ epoch, seq, now, condition }: Situation) => ({
  epoch,
  seq,
  lock: condition.lock,
  position: { latitude: condition.latitude, longitude: condition.longitude },
  batteryPercent: condition.batteryPercent,
  at: now,
})

const ackOf = <Cid extends string | null>(cid: Cid, phase: Ack['phase'], code: RefusalCode | null, at: Situation) => ({
  v: 1 as const,
  cid,
  deviceId: at.deviceId,
  phase,
  code,
  ...measured(at),
})

/** `cid` is null for bytes that are no signed command: an id that was not signed is not sent back. */
const refuse = (cid: string | null, code: RefusalCode, at: Situation): Step => ({
  do: 'ack',
  ack: ackOf(cid, 'REFUSED', code, at),
})
