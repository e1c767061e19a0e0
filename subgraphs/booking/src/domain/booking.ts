import type { Money } from '@holdfast/contracts'
import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import { type Fare, fareOf, sumOf } from './fare.ts'
import type { Price } from './price.ts'

export const states = [
  'HELD',
  'PROCESSING',
  'CONFIRMED',
  'ACTIVE',
  'COMPLETED',
  'CANCELLED',
  'EXPIRED',
  'NEEDS_REVIEW',
] as const
export type State = (typeof states)[number]

export interface Move {
  readonly name: string
  readonly from: State
  readonly to: State
  /** Who makes it, for readers. */
  readonly by: string
}

/**
 * Every legal move of a booking after it was held. What is not here cannot happen: booking.legal_move has the same rows
 * and the database refuses all others.
 */
export const moves = [
  { name: 'extend', from: 'HELD', to: 'HELD', by: 'customer, once' },
  { name: 'claim', from: 'HELD', to: 'PROCESSING', by: 'payment, before it asks Stripe' },
  { name: 'decline', from: 'PROCESSING', to: 'HELD', by: 'payment: no money, but time and attempts left' },
  {
    name: 'decline',
    from: 'PROCESSING',
    to: 'CANCELLED',
    by: 'payment: no money and no time or attempts left; out of service',
  },
  { name: 'confirm', from: 'PROCESSING', to: 'CONFIRMED', by: 'payment: authorised' },
  { name: 'start', from: 'CONFIRMED', to: 'ACTIVE', by: 'fleet: the lock opened' },
  { name: 'complete', from: 'ACTIVE', to: 'COMPLETED', by: 'fleet: the trip ended' },
  { name: 'cancel', from: 'HELD', to: 'CANCELLED', by: 'customer, operator' },
  { name: 'cancel', from: 'CONFIRMED', to: 'CANCELLED', by: 'customer, operator' },
  { name: 'expire', from: 'HELD', to: 'EXPIRED', by: 'time' },
  { name: 'expire', from: 'CONFIRMED', to: 'EXPIRED', by: 'time: never started' },
  { name: 'review', from: 'PROCESSING', to: 'NEEDS_REVIEW', by: 'payment: deadline passed, Stripe silent' },
  { name: 'confirm', from: 'NEEDS_REVIEW', to: 'CONFIRMED', by: 'payment: authorised after all' },
  { name: 'decline', from: 'NEEDS_REVIEW', to: 'CANCELLED', by: 'payment: no money after all; out of service' },
] as const satisfies readonly Move[]

/** States in which nobody else can have the things. */
export const liveStates = ['HELD', 'PROCESSING', 'CONFIRMED', 'ACTIVE', 'NEEDS_REVIEW'] as const satisfies State[]

export const isLive = (state: State): boolean => (liveStates as readonly State[]).includes(state)

/** Whether the booking is over: no move leads on from here. */
export const isOver = (state: State): boolean => !moves.some(({ from }) => from === state)

export type CancelReason = 'CUSTOMER' | 'OPERATOR' | 'PAYMENT_FAILED'

/** One booked thing. */
export interface Item {
  /** The thing's public id while the booking occupies it. Null after: a past ride must not tell the vehicle's new id. */
  readonly vehicleId: string | null
  /** As agreed when it was held. */
  readonly price: Price
}

/** Somebody's claim on one or several things that exist once. What exists in one state only is only there in that state. */
export type Booking = {
  readonly id: string
  readonly customerId: string
  readonly items: readonly Item[]
  readonly authorisation: Money
  readonly createdAt: Date
  readonly extended: boolean
  /** When the hold ends, or ended. */
  readonly holdExpiresAt: Date
} & (
  | { readonly state: 'HELD' | 'PROCESSING' | 'CONFIRMED'; readonly expiresAt: Date }
  | { readonly state: 'NEEDS_REVIEW' | 'EXPIRED' }
  | { readonly state: 'ACTIVE'; readonly startedAt: Date }
  | { readonly state: 'COMPLETED'; readonly startedAt: Date; readonly endedAt: Date; readonly fare: Fare }
  | { readonly state: 'CANCELLED'; readonly reason: CancelReason }
)

export type WrongState = { readonly kind: 'WrongState'; readonly state: State }
export type ExtendRefusal =
  | WrongState
  | { readonly kind: 'AlreadyExtended' }
  | { readonly kind: 'HoldExpired'; readonly expiredAt: Date }

/** Gives a live hold `seconds` more, once. Accepted: its new end. */
export function extend(booking: Booking, seconds: number, now: Date): Outcome<Date, ExtendRefusal> {
  if (booking.state === 'EXPIRED' || (booking.state === 'HELD' && booking.expiresAt <= now)) {
    return refuse({ kind: 'HoldExpired', expiredAt: booking.holdExpiresAt })
  }
  if (booking.state !== 'HELD') return refuse({ kind: 'WrongState', state: booking.state })
  if (booking.extended) return refuse({ kind: 'AlreadyExtended' })
  return accept(new Date(booking.expiresAt.getTime() + seconds * 1_000))
}

/** Ends a booking that has not begun. Accepted with false: it was cancelled already. */
export function cancel(booking: Booking): Outcome<boolean, WrongState> {
  switch (booking.state) {
    case 'HELD':
    case 'CONFIRMED':
      return accept(true)
    case 'CANCELLED':
      return accept(false)
    default:
      return refuse({ kind: 'WrongState', state: booking.state })
  }
}

/** Ends a booking in use. Accepted: what it costs. */
export function complete(booking: Booking, endedAt: Date): Outcome<Fare, WrongState> {
  if (booking.state !== 'ACTIVE') return refuse({ kind: 'WrongState', state: booking.state })
  const { startedAt, items, authorisation } = booking
  const fares = items.map(({ price }) => fareOf(price, startedAt, endedAt))
  return accept(sumOf(fares, authorisation.currency))
}
