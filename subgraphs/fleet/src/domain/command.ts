import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import type { Vehicle } from './vehicle.ts'

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
  // The vehicle did it in time and its answer came late; see docs/adr/0004.
  { name: 'execute', from: 'TIMED_OUT', to: 'EXECUTED' },
  { name: 'refuse', from: 'REQUESTED', to: 'REFUSED' },
  { name: 'refuse', from: 'SENT', to: 'REFUSED' },
  { name: 'refuse', from: 'ACCEPTED', to: 'REFUSED' },
  { name: 'time_out', from: 'REQUESTED', to: 'TIMED_OUT' },
  { name: 'time_out', from: 'SENT', to: 'TIMED_OUT' },
  { name: 'time_out', from: 'ACCEPTED', to: 'TIMED_OUT' },
] as const satisfies readonly { name: string; from: CommandState; to: CommandState }[]
export type CommandMoveName = (typeof commandMoves)[number]['name']

/** States in which the vehicle is still at it. The index one_open_command_per_vehicle lists the same. */
export const openStates = ['REQUESTED', 'SENT', 'ACCEPTED'] as const satisfies readonly CommandState[]

/** States from which a move leads on. */
export const from = (name: CommandMoveName): readonly CommandState[] =>
  commandMoves.filter((move) => move.name === name).map((move) => move.from)

/** What follows when it is executed: a trip begins, a trip ends, or nothing but a closed lock. */
export const purposes = ['START_TRIP', 'END_TRIP', 'SECURE'] as const
export type Purpose = (typeof purposes)[number]

export interface Command {
  readonly id: string
  readonly vehicleId: string
  readonly bookingId: string
  /** Null for what the house itself orders (SECURE). */
  readonly riderId: string | null
  readonly requestId: string | null
  readonly action: 'UNLOCK' | 'LOCK'
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

export const actionFor: Record<Purpose, Command['action']> = { START_TRIP: 'UNLOCK', END_TRIP: 'LOCK', SECURE: 'LOCK' }

/** A booking as its owner tells it to the rider who has it; null when they have none of that id. */
export interface Access {
  /** A BookingState. */
  readonly state: string
  readonly vehicleId: string
  readonly expiresAt: Date | null
}

export type UnlockRefusal =
  | { readonly kind: 'BookingNotFound' }
  | { readonly kind: 'BookingNotConfirmed'; readonly state: string }
  | { readonly kind: 'ConfirmationExpired'; readonly expiredAt: Date }
  | { readonly kind: 'VehicleOutOfService' }
  | { readonly kind: 'VehicleUnreachable'; readonly lastSeenAt: Date | null }
  | { readonly kind: 'CommandUnderWay'; readonly command: Command }
  | { readonly kind: 'RequestIdReused' }

/** Whether the rider's booking opens something now. */
export function mayOpen(booking: Access | null, now: Date): Outcome<Access, UnlockRefusal> {
  if (!booking) return refuse({ kind: 'BookingNotFound' })
  if (booking.state !== 'CONFIRMED') return refuse({ kind: 'BookingNotConfirmed', state: booking.state })
  if (booking.expiresAt && booking.expiresAt <= now) {
    return refuse({ kind: 'ConfirmationExpired', expiredAt: booking.expiresAt })
  }
  return accept(booking)
}

/** Whether the vehicle would hear a command and is at no other one; with the boot epoch to which the command is bound. */
export function canHear(
  vehicle: Pick<Vehicle, 'contact' | 'lastSeenAt' | 'epoch'>,
  open: Command | null,
): Outcome<{ readonly epoch: string }, Extract<UnlockRefusal, { kind: 'VehicleUnreachable' | 'CommandUnderWay' }>> {
  if (open) return refuse({ kind: 'CommandUnderWay', command: open })
  if (vehicle.contact === 'LOST' || vehicle.epoch === null) {
    return refuse({ kind: 'VehicleUnreachable', lastSeenAt: vehicle.lastSeenAt })
  }
  return accept({ epoch: vehicle.epoch })
}

/** What an executed command changes besides itself. */
export type Effect = 'BEGIN_TRIP' | 'END_TRIP' | 'SECURE' | 'NONE'

/**
 * What follows when the lock did as told. `bookingStarts` says whether the booking takes the opened lock as its
 * beginning; it is asked only when the command was to begin a trip that does not run yet.
 */
export function effectOf(
  purpose: Purpose,
  at: { readonly tripOfBookingExists: boolean; readonly tripRuns: boolean; readonly anotherIsOpen: boolean },
  bookingStarts: boolean,
): Effect {
  if (purpose === 'END_TRIP') return at.tripRuns ? 'END_TRIP' : 'NONE'
  if (purpose === 'SECURE') return 'NONE'
  if (at.tripOfBookingExists) return 'NONE' // Opened twice: the rider asked again when the first answer was late.
  if (bookingStarts) return 'BEGIN_TRIP'
  // The lock is open and nobody may ride. Another command under way decides for itself how the lock is to be.
  return at.anotherIsOpen || at.tripRuns ? 'NONE' : 'SECURE'
}

/** An instant of the vehicle's clock, brought between two of ours: it cannot have done it before it was asked, nor in the future. */
export const bounded = (at: Date, notBefore: Date, now: Date): Date =>
  new Date(Math.max(notBefore.getTime(), Math.min(at.getTime(), now.getTime())))
