import type { Command } from './command.ts'
import type { Contact, Position } from './vehicle.ts'
import { parkingAt, type Zone } from './zones.ts'

/** Milliseconds. An unlocked vehicle that stands reports its position every 5 s; an older one is not trusted. */
const maxPositionAge = 30_000
/** Metres per second that the sensors of a standing vehicle may show. */
const standingSpeed = 0.5

export type EndTripBlocker =
  | { readonly kind: 'NotInParkingZone'; readonly nearest: Zone | null; readonly distanceMeters: number | null }
  | { readonly kind: 'InNoParkingZone'; readonly zone: Zone }
  | { readonly kind: 'StillMoving'; readonly speed: number }
  | { readonly kind: 'VehicleUnreachable'; readonly lastSeenAt: Date | null }

export type EndTripRefusal =
  | { readonly kind: 'EndTripBlocked'; readonly blockers: readonly EndTripBlocker[] }
  | { readonly kind: 'BookingNotFound' }
  | { readonly kind: 'TripNotRunning' }
  | { readonly kind: 'CommandUnderWay'; readonly command: Command }
  | { readonly kind: 'RequestIdReused' }

/** Everything that keeps a trip from ending here and now, so that the rider need not find out one by one. */
export function blockersOf(
  vehicle: { readonly contact: Contact; readonly lastSeenAt: Date | null; readonly position: Position },
  zones: readonly Zone[],
  now: Date,
): readonly EndTripBlocker[] {
  const { contact, lastSeenAt, position } = vehicle
  const blockers: EndTripBlocker[] = []
  if (contact === 'LOST' || now.getTime() - position.measuredAt.getTime() > maxPositionAge) {
    blockers.push({ kind: 'VehicleUnreachable', lastSeenAt })
  }
  if (position.speed > standingSpeed) blockers.push({ kind: 'StillMoving', speed: position.speed })
  const { parking, forbidden, nearest } = parkingAt(zones, position)
  if (!parking) {
    blockers.push({
      kind: 'NotInParkingZone',
      nearest: nearest?.zone ?? null,
      distanceMeters: nearest && Math.ceil(nearest.distanceMeters),
    })
  }
  if (forbidden) blockers.push({ kind: 'InNoParkingZone', zone: forbidden })
  return blockers
}
