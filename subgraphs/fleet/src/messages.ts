/** Every sentence that users of the API read: what happened, and what to do next. */
import type { SetVehicleServiceRefusal } from './commands/setVehicleService.ts'
import type { EndTripBlocker, EndTripRefusal } from './domain/endTrip.ts'
import type { UnlockVehicleRefusal } from './domain/unlockVehicle.ts'

export type Refusal = UnlockVehicleRefusal | EndTripRefusal | EndTripBlocker | SetVehicleServiceRefusal

const messages: {
  readonly [Kind in Refusal['kind']]: (refusal: Extract<Refusal, { readonly kind: Kind }>) => string
} = {
  BookingNotFound: () => 'You have no booking with this id. Check the id and the account that you are signed in with.',
  BookingNotConfirmed: ({ state }) =>
    `The booking is ${state}. Only a CONFIRMED booking unlocks a vehicle: pay for it first, or make a new booking.`,
  ConfirmationExpired: () => 'The booking was not started in time. You are not charged. Make a new booking.',
  CommandUnderWay: () => 'The vehicle is still executing a command. Try again in a few seconds.',
  EndTripBlocked: ({ blockers }) => `The trip cannot end yet. ${blockers.map(messageOf).join(' ')}`,
  InNoParkingZone: ({ zone }) => `Parking is not allowed in ${zone.name}. Park outside this zone.`,
  NotInParkingZone: ({ nearest, distanceMeters }) =>
    nearest
      ? `Park in a parking zone. The nearest one, ${nearest.name}, is ${distanceMeters} m away.`
      : 'Park in a parking zone.',
  RequestIdReused: () => 'This requestId was used for another request. Choose a new requestId and try again.',
  StillMoving: () => 'The vehicle is still moving. Come to a stop and try again.',
  TripNotRunning: () =>
    'This booking has no running trip. Check its state: the trip has not begun, or has already ended.',
  VehicleInUse: ({ state }) => `The vehicle is ${state}. Try again when nobody uses it.`,
  VehicleNotFound: () =>
    'There is no vehicle with this id. A vehicle gets a new id after each ride; search for it again.',
  VehicleOutOfService: () =>
    'The vehicle was taken out of service. Cancel the booking, which costs nothing, and choose another vehicle.',
  VehicleUnreachable: () =>
    'The vehicle has no radio contact. Wait a moment and try again. If it stays unreachable, contact support.',
}

export const messageOf = <R extends Refusal>(refusal: R): string =>
  (messages[refusal.kind] as (refusal: R) => string)(refusal)

/** What is wrong with the numbers of a request. */
export const faults = {
  outOfRange: (field: string, value: number, min: number, max: number) =>
    `${field} must be ${min} to ${max.toLocaleString('en')}, not ${value}`,
  negative: (field: string) => `${field} must not be negative`,
  empty: (field: string) => `${field} must name at least one, or be left out`,
  southAboveNorth: 'south must be less than north',
  westBeyondEast: 'west must be less than east; a box does not cross the antimeridian',
  sideTooLong: (maxMeters: number) => `each side must be at most ${maxMeters / 1_000} km`,
}
