import type { CommandAction, LockState, RefusalCode, VehicleEvent } from '@holdfast/contracts'

/** What can forbid an action although its command is valid. */
export type Interlock = Extract<RefusalCode, 'MOVING' | 'LOW_BATTERY'>

/**
 * What an action does, and what forbids it. An action that does not move the lock becomes a second member of this type, with
 * `movesLock: false`; then the compiler names every place that has to decide about it.
 */
export interface ActionRules {
  readonly movesLock: true
  /** What the lock's sensor has to show for the command to count as executed. */
  readonly to: LockState
  /** Published when it was executed. */
  readonly event: VehicleEvent['kind']
  /** In this order; the first that applies is the refusal. */
  readonly interlocks: readonly Interlock[]
}

/** Everything a command can ask of a vehicle. */
export const actions: Readonly<Record<CommandAction, ActionRules>> = {
  UNLOCK: { movesLock: true, to: 'UNLOCKED', event: 'LOCK_OPENED', interlocks: ['LOW_BATTERY'] },
  LOCK: { movesLock: true, to: 'LOCKED', event: 'LOCK_CLOSED', interlocks: ['MOVING'] },
}
