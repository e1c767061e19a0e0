import type { CommandAction, LockState } from '@holdfast/contracts'
import type { Move } from '@holdfast/service/domain'

export const commandStates = ['REQUESTED', 'SENT', 'ACCEPTED', 'EXECUTED', 'REFUSED', 'TIMED_OUT'] as const
export type CommandState = (typeof commandStates)[number]

/** Every legal move of a command. What is not here cannot happen. */
export const commandMoves = [
  { name: 'send', from: 'REQUESTED', to: 'SENT' },
  { name: 'accept', from: 'REQUESTED', to: 'ACCEPTED' },
  { name: 'accept', from: 'SENT', to: 'ACCEPTED' },
  { name: 'execute', from: 'REQUESTED', to: 'EXECUTED' },
  { name: 'execute', from: 'SENT', to: 'EXECUTED' },
  { name: 'execute', from: 'ACCEPTED', to: 'EXECUTED' },
  // The vehicle executed it in time and its ack came late; see docs/adr/0004.
  { name: 'execute', from: 'TIMED_OUT', to: 'EXECUTED' },
  { name: 'refuse', from: 'REQUESTED', to: 'REFUSED' },
  { name: 'refuse', from: 'SENT', to: 'REFUSED' },
  { name: 'refuse', from: 'ACCEPTED', to: 'REFUSED' },
  { name: 'time_out', from: 'REQUESTED', to: 'TIMED_OUT' },
  { name: 'time_out', from: 'SENT', to: 'TIMED_OUT' },
  { name: 'time_out', from: 'ACCEPTED', to: 'TIMED_OUT' },
] as const satisfies readonly Move<CommandState>[]
export type CommandMoveName = (typeof commandMoves)[number]['name']

/** States in which a command is not settled yet. The index one_open_command_per_vehicle lists the same. */
export const openStates: readonly CommandState[] = ['REQUESTED', 'SENT', 'ACCEPTED']

/** Why a command is issued. */
export const purposes = ['START_TRIP', 'END_TRIP', 'SECURE'] as const
export type Purpose = (typeof purposes)[number]

interface PurposeRules {
  readonly action: CommandAction
  /** The lock after the vehicle has executed it; null when the action does not move the lock. */
  readonly lockAfter: LockState | null
  /** What an executed command means for the trip. */
  readonly whenExecuted: 'TRIP_BEGINS' | 'TRIP_ENDS' | 'NOTHING'
  /** What to do when it was executed and there is no trip that it could begin or end. */
  readonly withoutTrip: 'SECURE' | 'NONE'
}

/** Everything that depends on the purpose of a command. */
export const rulesOf: Readonly<Record<Purpose, PurposeRules>> = {
  START_TRIP: { action: 'UNLOCK', lockAfter: 'UNLOCKED', whenExecuted: 'TRIP_BEGINS', withoutTrip: 'SECURE' },
  END_TRIP: { action: 'LOCK', lockAfter: 'LOCKED', whenExecuted: 'TRIP_ENDS', withoutTrip: 'NONE' },
  SECURE: { action: 'LOCK', lockAfter: 'LOCKED', whenExecuted: 'NOTHING', withoutTrip: 'NONE' },
}

export interface Command {
  readonly id: string
  readonly vehicleId: string
  readonly bookingId: string
  /** Null for commands that Holdfast itself issues (SECURE). */
  readonly riderId: string | null
  readonly requestId: string | null
  readonly action: CommandAction
  readonly purpose: Purpose
  readonly state: CommandState
  readonly refusalCode: string | null
  readonly epoch: string
  readonly counter: number
  readonly requestedAt: Date
  readonly expiresAt: Date
  readonly settledAt: Date | null
  readonly traceparent: string | null
}

/** What an executed command changes besides itself. SECURE: the vehicle must be locked again. */
export type Effect = 'BEGIN_TRIP' | 'END_TRIP' | 'SECURE' | 'NONE'

/** What an executed command finds. */
export interface Situation {
  /** The trip of the command's booking. */
  readonly bookingTrip: 'NONE' | 'RUNNING' | 'ENDED'
  readonly vehicleOnTrip: boolean
  /** Another command is open that decides how the lock is to be. */
  readonly anotherCommandMovesLock: boolean
}

/**
 * What follows when the vehicle has executed a command. `bookingStarts` says whether the booking takes the unlocked
 * vehicle as its start; booking is asked only for a command that begins a trip, and only when there is no trip yet.
 */
export function effectOf(purpose: Purpose, at: Situation, bookingStarts: boolean): Effect {
  const { whenExecuted, withoutTrip } = rulesOf[purpose]
  switch (whenExecuted) {
    case 'TRIP_BEGINS':
      if (at.bookingTrip !== 'NONE') return 'NONE' // Unlocked twice: the rider asked again when the first ack was late.
      if (bookingStarts) return 'BEGIN_TRIP'
      // Nobody may ride. Another open command decides for itself how the lock is to be.
      return at.anotherCommandMovesLock || at.vehicleOnTrip ? 'NONE' : withoutTrip
    case 'TRIP_ENDS':
      return at.bookingTrip === 'RUNNING' ? 'END_TRIP' : withoutTrip
    case 'NOTHING':
      return 'NONE'
  }
}

/** An instant of the vehicle's clock, limited by the server's: not before the command was requested, and not in the future. */
export const bounded = (at: Date, notBefore: Date, now: Date): Date =>
  new Date(Math.max(notBefore.getTime(), Math.min(at.getTime(), now.getTime())))
