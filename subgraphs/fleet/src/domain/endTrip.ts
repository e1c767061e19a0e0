import type { Command } from './command.ts'
import type { Contact } from './contact.ts'
import type { Position } from './vehicle.ts'
import { parkingAt, type Zone } from './zones.ts'

/** Milliseconds. A standing, unlocked vehicle says where it is every 5 s; without a word for longer nobody knows. */
const freshPosition = 30_000
/** Metres per second that the sensors of a standing vehicle may show. */
const standing = 0.5

export type Blocker =
  | { readonly kind: 'NotInParkingZone'; readonly nearest: Zone | null; readonly distanceMeters: number | null }
  | { readonly kind: 'InNoParkingZone'; readonly zone: Zone }
  | { readonly kind: 'StillMoving'; readonly speed: number }
  | { readonly kind: 'VehicleUnreachable'; readonly lastSeenAt: Date | null }

export type EndTripRefusal =
  | { readonly kind: 'EndTripBlocked'; readonly blockers: readonly Blocker[] }
  | { readonly kind: 'BookingNotFound' }
  | { readonly kind: 'TripNotRunning' }
  | { readonly kind: 'CommandUnderWay'; readonly command: Command }
  | { readonly kind: 'RequestIdReused' }

/** Everything that keeps a trip from ending here and now, so that the rider need not find out one by one. */
export function blockersOf(
  vehicle: { readonly contact: Contact; readonly lastSeenAt: Date | null; readonly position: Position },
  zones: readonly Zone[],
  now: Date,
): readonly Blocker[] {
  const { contact, lastSeenAt, position } = vehicle
  const blockers: Blocker[] = []
  if (contact === 'LOST' || now.getTime() - position.measuredAt.getTime() > freshPosition) {
    blockers.push({ kind: 'VehicleUnreachable', lastSeenAt })
  }
  if (position.speed > standing) blockers.push({ kind: 'StillMoving', speed: position.speed })
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
