/**
 * What a vehicle does with bytes that claim to be a command.
 *
 * Every question is answered here, from values alone; the effects are in `execute.ts`.
 */
import { type Ack, Command, type CommandAction, type LockState, open, type RefusalCode } from '@holdfast/contracts'

/** Bytes; a sealed command is under 1 kB, the largest the contract allows under 6. Nothing longer is even parsed. */
const longestEnvelope = 6_144

/** Milliseconds the clocks of house and vehicle may differ before a command counts as issued in the future. */
export const clockTolerance = 30_000

/** Answers kept per vehicle. A broker redelivers what it has not seen acknowledged: a handful, never dozens. */
export const answersKept = 32

/** One command that used up its counter, and the last thing said about it. */
export interface Answer {
  readonly action: CommandAction
  readonly ack: Ack & { readonly cid: string }
}

/** What a vehicle must still know after a crash. */
export interface Memory {
  /** The highest counter seen in the epoch of this boot. */
  readonly counter: number
  /** Newest last. */
  readonly answers: readonly Answer[]
}

export const nothingRemembered: Memory = { counter: 0, answers: [] }

/** What the vehicle's sensors say. Speed comes from the wheel, in metres per second: it is exactly 0 when standing. */
export interface Condition {
  readonly lock: LockState
  readonly latitude: number
  readonly longitude: number
  readonly speed: number
  readonly batteryPercent: number
}

/** Everything a decision may depend on. `seq` is the number of the one ack the decision may make. */
export interface Circumstances {
  readonly deviceId: string
  readonly epoch: string
  readonly seq: number
  readonly now: number
  readonly memory: Memory
  readonly condition: Condition
  /** Percent. Below it a ride would end on the road, so the vehicle does not open. */
  readonly lowBattery: number
  readonly keyById: Parameters<typeof open>[2]
}

/** One thing to do. They are done in order, and none is begun before the one before it has ended. */
export type Step =
  | { readonly do: 'remember'; readonly counter: number; readonly answer: Answer }
  | { readonly do: 'answer'; readonly ack: Ack }
  | { readonly do: 'drive'; readonly to: LockState }
  | { readonly do: 'settle'; readonly answer: Answer }
  | { readonly do: 'report'; readonly event: 'LOCK_OPENED' | 'LOCK_CLOSED' }
  | { readonly do: 'beep' }

/** The state of the lock that an action asks for. */
export const wanted: Record<CommandAction, LockState> = { UNLOCK: 'UNLOCKED', LOCK: 'LOCKED' }

/**
 * Decides what to do with received bytes.
 *
 * The order is part of the contract: nothing of a message is believed before its signature is checked, and a command
 * already answered gets the same answer again before epoch and time are looked at. Both may have passed since (a
 * crash, a slow reconnect), and "refused" after "executed" would be a lie about an open lock.
 */
export function judge(bytes: Uint8Array, at: Circumstances): readonly Step[] {
  if (bytes.length > longestEnvelope) return [refuseUnread('MALFORMED', at)]
  const opened = open('command', bytes, at.keyById)
  if (!opened.ok) return [refuseUnread(opened.code, at)]
  const parsed = Command.safeParse(opened.payload)
  if (!parsed.success) return [refuseUnread('MALFORMED', at)]
  const command = parsed.data
  if (command.deviceId !== at.deviceId) return [refuse(command, 'WRONG_VEHICLE', at)]

  const answered = at.memory.answers.find(({ ack }) => ack.cid === command.cid)
  if (answered) return [{ do: 'answer', ack: answered.ack }]

  if (command.epoch !== at.epoch) return [refuse(command, 'EPOCH', at)]
  if (at.now >= command.expiresAt) return [refuse(command, 'EXPIRED', at)]
  if (at.now < command.issuedAt - clockTolerance) return [refuse(command, 'NOT_YET_VALID', at)]
  if (command.counter <= at.memory.counter) return [refuse(command, 'REPLAY', at)]

  const obstacle = interlock(command.action, at)
  const said: Answer = {
    action: command.action,
    ack: ackOf(command, obstacle ? 'REFUSED' : 'ACCEPTED', obstacle, at.condition, at),
  }
  // Remembered before anything moves: if the power fails now, the repeated command finds its own trace.
  const remember: Step = { do: 'remember', counter: command.counter, answer: said }
  const answer: Step = { do: 'answer', ack: said.ack }
  if (obstacle === 'MOVING') return [remember, answer, { do: 'beep' }]
  if (obstacle) return [remember, answer]
  return [remember, answer, { do: 'drive', to: wanted[command.action] }, { do: 'settle', answer: said }]
}

/** What stands in the way of moving the lock now. */
function interlock(action: CommandAction, { condition, lowBattery }: Circumstances): 'MOVING' | 'LOW_BATTERY' | null {
  if (action === 'LOCK' && condition.speed > 0) return 'MOVING'
  if (action === 'UNLOCK' && condition.batteryPercent < lowBattery) return 'LOW_BATTERY'
  return null
}

/** The final answer to an accepted command, from what the lock's sensor shows after the motor has stopped, if anything. */
export function settle(answer: Answer, sensed: LockState | undefined, at: Circumstances): readonly Step[] {
  const done = sensed === wanted[answer.action]
  const final: Answer = {
    action: answer.action,
    ack: {
      ...answer.ack,
      ...said({ ...at.condition, lock: sensed ?? at.condition.lock }, at),
      phase: done ? 'EXECUTED' : 'REFUSED',
      code: done ? null : 'JAMMED',
    },
  }
  const steps: Step[] = [
    { do: 'remember', counter: at.memory.counter, answer: final },
    { do: 'answer', ack: final.ack },
  ]
  if (done) steps.push({ do: 'report', event: sensed === 'UNLOCKED' ? 'LOCK_OPENED' : 'LOCK_CLOSED' })
  return steps
}

/**
 * The command that was accepted and not answered, because the agent died in between. It is settled by reading the
 * sensor: moving the lock again could open a vehicle that somebody else has locked by hand since.
 */
export const interrupted = (memory: Memory): Answer | undefined =>
  memory.answers.find(({ ack }) => ack.phase === 'ACCEPTED')

/** Memory with one more answer, or with a newer answer to the same command. */
export function remember(memory: Memory, counter: number, answer: Answer): Memory {
  const others = memory.answers.filter(({ ack }) => ack.cid !== answer.ack.cid)
  return { counter, answers: [...others, answer].slice(-answersKept) }
}

/** A boot begins a new epoch and with it a new count; answers outlive it. */
export const rebooted = (memory: Memory): Memory => ({ ...memory, counter: 0 })

type Stamp = Pick<Circumstances, 'epoch' | 'seq' | 'now'>

const said = ({ lock, latitude, longitude, batteryPercent }: Condition, { epoch, seq, now }: Stamp) => ({
  epoch,
  seq,
  lock,
  position: { latitude, longitude },
  batteryPercent,
  at: now,
})

const ackOf = (
  command: Command,
  phase: Ack['phase'],
  code: RefusalCode | null,
  condition: Condition,
  at: Stamp & Pick<Circumstances, 'deviceId'>,
) => ({ v: 1 as const, cid: command.cid, deviceId: at.deviceId, phase, code, ...said(condition, at) })

const refuse = (command: Command, code: RefusalCode, at: Circumstances): Step => ({
  do: 'answer',
  ack: ackOf(command, 'REFUSED', code, at.condition, at),
})

/** An id that nobody has signed is not repeated back. */
const refuseUnread = (code: RefusalCode, at: Circumstances): Step => ({
  do: 'answer',
  ack: { v: 1, cid: null, deviceId: at.deviceId, phase: 'REFUSED', code, ...said(at.condition, at) },
})
