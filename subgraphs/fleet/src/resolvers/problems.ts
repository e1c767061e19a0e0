/** Refusals as the schema says them. A refusal that is not here does not compile. */
import type { ServiceRefusal } from '../commands/setVehicleService.ts'
import type { UnlockRefusal } from '../domain/command.ts'
import type { Blocker, EndTripRefusal } from '../domain/endTrip.ts'

type Refusal = UnlockRefusal | EndTripRefusal | ServiceRefusal

const words = {
  BookingNotFound: 'There is no such booking of yours.',
  RequestIdReused: 'This requestId was used for something else; choose a new one.',
  VehicleUnreachable: 'The vehicle has no radio contact. Wait a moment and try again, or cancel.',
} as const

/** A refused unlocking. */
export function unlockProblem(refusal: UnlockRefusal) {
  switch (refusal.kind) {
    case 'BookingNotFound':
    case 'RequestIdReused':
      return { __typename: refusal.kind, message: words[refusal.kind] } as const
    case 'BookingNotConfirmed':
      return {
        __typename: 'BookingNotConfirmed',
        message: `The booking is ${refusal.state}; only a CONFIRMED one opens a vehicle.`,
        state: refusal.state,
      } as const
    case 'ConfirmationExpired':
      return {
        __typename: 'ConfirmationExpired',
        message: 'The booking was not started in time. Book again; nothing is charged.',
        expiredAt: refusal.expiredAt,
      } as const
    case 'VehicleOutOfService':
      return {
        __typename: 'VehicleOutOfService',
        message: 'The vehicle was taken out of service. Cancel and take another; nothing is charged.',
      } as const
    case 'VehicleUnreachable':
      return {
        __typename: 'VehicleUnreachable',
        message: words.VehicleUnreachable,
        lastSeenAt: refusal.lastSeenAt,
      } as const
    case 'CommandUnderWay':
      return underWay(refusal)
  }
}

/** A refused end of a trip. */
export function endTripProblem(refusal: EndTripRefusal) {
  switch (refusal.kind) {
    case 'BookingNotFound':
    case 'RequestIdReused':
      return { __typename: refusal.kind, message: words[refusal.kind] } as const
    case 'TripNotRunning':
      return { __typename: 'TripNotRunning', message: 'No trip of this booking is running.' } as const
    case 'CommandUnderWay':
      return underWay(refusal)
    case 'EndTripBlocked': {
      const blockers = refusal.blockers.map(blockerProblem)
      return {
        __typename: 'EndTripBlocked',
        message: `The trip cannot end yet: ${blockers.map(({ message }) => message).join(' ')}`,
        blockers,
      } as const
    }
  }
}

/** A refused change of service. */
export function serviceProblem(refusal: ServiceRefusal) {
  switch (refusal.kind) {
    case 'VehicleNotFound':
      return {
        __typename: 'VehicleNotFound',
        message: 'There is no vehicle of this id; ids change after each ride.',
      } as const
    case 'VehicleInUse':
      return {
        __typename: 'VehicleInUse',
        message: `Somebody has the vehicle (${refusal.state}); try again when it is free.`,
        state: refusal.state,
      } as const
  }
}

const underWay = ({ command }: Extract<Refusal, { kind: 'CommandUnderWay' }>) =>
  ({
    __typename: 'CommandUnderWay',
    message: 'The vehicle is still at another command; it takes a few seconds.',
    command,
  }) as const

function blockerProblem(blocker: Blocker) {
  switch (blocker.kind) {
    case 'NotInParkingZone':
      return {
        __typename: 'NotInParkingZone',
        message: blocker.nearest
          ? `Park in a parking zone; the nearest, ${blocker.nearest.name}, is ${blocker.distanceMeters} m away.`
          : 'Park in a parking zone.',
        nearest: blocker.nearest,
        distanceMeters: blocker.distanceMeters,
      } as const
    case 'InNoParkingZone':
      return {
        __typename: 'InNoParkingZone',
        message: `Parking is forbidden in ${blocker.zone.name}.`,
        zone: blocker.zone,
      } as const
    case 'StillMoving':
      return { __typename: 'StillMoving', message: 'Come to a stop first.', speed: blocker.speed } as const
    case 'VehicleUnreachable':
      return {
        __typename: 'VehicleUnreachable',
        message: words.VehicleUnreachable,
        lastSeenAt: blocker.lastSeenAt,
      } as const
  }
}
