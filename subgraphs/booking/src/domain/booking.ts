import { BookingState, type Money, type Payload } from '@holdfast/contracts'
import { accept, isFinal, type Move, type Outcome, refuse } from '@holdfast/service/domain'
import { type Fare, fareOf, sumOf } from './fare.ts'
import type { Price } from './price.ts'

export const states: readonly BookingState[] = BookingState.options

/**
 * Every legal move of a booking after it was held. The table booking.legal_move has the same rows, and the database refuses
 * every other move.
 */
export const moves = [
  { name: 'extend', from: 'HELD', to: 'HELD', by: 'customer, once' },
  { name: 'claim', from: 'HELD', to: 'PROCESSING', by: 'payment: before it calls Stripe' },
  { name: 'decline', from: 'PROCESSING', to: 'HELD', by: 'payment: declined, time and attempts left' },
  {
    name: 'decline',
    from: 'PROCESSING',
    to: 'CANCELLED',
    by: 'payment: declined, no time or attempts left, or vehicle out of service',
  },
  { name: 'confirm', from: 'PROCESSING', to: 'CONFIRMED', by: 'payment: authorised' },
  { name: 'start', from: 'CONFIRMED', to: 'ACTIVE', by: 'fleet: the vehicle was unlocked' },
  { name: 'complete', from: 'ACTIVE', to: 'COMPLETED', by: 'fleet: the trip ended' },
  { name: 'cancel', from: 'HELD', to: 'CANCELLED', by: 'customer, operator' },
  { name: 'cancel', from: 'CONFIRMED', to: 'CANCELLED', by: 'customer, operator' },
  { name: 'expire', from: 'HELD', to: 'EXPIRED', by: 'time: not paid for' },
  { name: 'expire', from: 'CONFIRMED', to: 'EXPIRED', by: 'time: not started' },
  { name: 'review', from: 'PROCESSING', to: 'NEEDS_REVIEW', by: 'payment: no answer of Stripe by the deadline' },
  { name: 'confirm', from: 'NEEDS_REVIEW', to: 'CONFIRMED', by: 'payment: authorised after all' },
  {
    name: 'decline',
    from: 'NEEDS_REVIEW',
    to: 'CANCELLED',
    by: 'payment: declined after all, or vehicle out of service',
  },
] as const satisfies readonly Move<BookingState>[]

/** Whether the booking has not ended. A live booking has its bookables, and nobody else can book them. */
export const isLive = (state: BookingState): boolean => !isFinal(moves, state)

export const liveStates = states.filter(isLive)

export type CancelReason = Payload<'BookingCancelled'>['reason']

/** One booked bookable. */
export interface Item {
  /** The public id while the booking is live; null after that, so that a past ride does not reveal the vehicle's new id. */
  readonly vehicleId: string | null
  /** As agreed when it was held. */
  readonly price: Price
}

/** A customer's claim on one or several bookables. Each state has the fields that exist in it. */
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

export type WrongState = { readonly kind: 'WrongState'; readonly state: BookingState }
export type ExtendRefusal =
  | WrongState
  | { readonly kind: 'AlreadyExtended' }
  | { readonly kind: 'HoldExpired'; readonly expiredAt: Date }

/** Extends a hold by `seconds`, once. Accepted: its new end. */
export function extend(booking: Booking, seconds: number, now: Date): Outcome<Date, ExtendRefusal> {
  if (booking.state === 'EXPIRED' || (booking.state === 'HELD' && booking.expiresAt <= now)) {
    return refuse({ kind: 'HoldExpired', expiredAt: booking.holdExpiresAt })
  }
  if (booking.state !== 'HELD') return refuse({ kind: 'WrongState', state: booking.state })
  if (booking.extended) return refuse({ kind: 'AlreadyExtended' })
  return accept(new Date(booking.expiresAt.getTime() + seconds * 1_000))
}

/** Cancels a booking that has not started. Accepted: whether it changes; false when it was already cancelled. */
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

/** Completes an active booking. Accepted: its fare. */
export function complete(booking: Booking, endedAt: Date): Outcome<Fare, WrongState> {
  if (booking.state !== 'ACTIVE') return refuse({ kind: 'WrongState', state: booking.state })
  const { startedAt, items, authorisation } = booking
  const fares = items.map(({ price }) => fareOf(price, startedAt, endedAt))
  return accept(sumOf(fares, authorisation.currency))
}
