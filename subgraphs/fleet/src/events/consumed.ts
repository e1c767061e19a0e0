import type { Event, EventTypeOf } from '@holdfast/contracts'
import type { EventHandlers } from '@holdfast/service/events'
import { freeVehicles, releaseVehicles, reserveHeldVehicles } from '../commands/applyBookingEvents.ts'
import type { Deps } from '../commands/deps.ts'

export const onBookingEvents = (deps: Deps): EventHandlers<Event<EventTypeOf<'booking'>>> => ({
  HoldPlaced: (tx, { data }) => reserveHeldVehicles(deps, tx, data),
  HoldExpired: (tx, { data }) => freeVehicles(deps, tx, data),
  BookingExpired: (tx, { data }) => freeVehicles(deps, tx, data),
  BookingCancelled: (tx, { data }) => freeVehicles(deps, tx, data),
  BookingCompleted: (tx, { data }) => releaseVehicles(deps, tx, data),
  BookingConfirmed: null,
  // Fleet itself started the booking, in the transaction that began the trip.
  BookingStarted: null,
  BookingMoved: null,
})
