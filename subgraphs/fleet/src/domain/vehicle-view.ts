import type { LockState } from '@holdfast/contracts'
import type { Visibility } from '@holdfast/service/domain'
import { shownState } from './contact.ts'
import type { Offer } from './offer.ts'
import type { Place } from './place.ts'
import type { Contact, VehicleState } from './vehicle.ts'

/** Everything that is known of a vehicle where it is shown. */
export interface KnownVehicle {
  readonly vehicleId: string
  readonly publicId: string
  readonly typeId: string
  readonly state: VehicleState
  readonly riderId: string | null
  readonly contact: Contact
  readonly contactChangedAt: Date
  readonly lastSeenAt: Date | null
  readonly lock: LockState
  readonly batteryPercent: number
  readonly place: Place
  readonly speed: number
  /** What everybody is offered; null while the vehicle cannot be rented. */
  readonly offer: Offer | null
}

/** A vehicle as one viewer may see it. */
export interface VehicleView extends Place {
  readonly vehicleId: string
  readonly publicId: string
  readonly typeId: string
  readonly state: VehicleState | 'NON_CONTACTABLE'
  readonly speed: number
  readonly batteryPercent: number
  /** Undefined where it was not read: it changes all the time, so copies leave it out. */
  readonly lastSeenAt?: Date | null | undefined
  /** Only for its rider and operators. */
  readonly lock: LockState | null
  /** The viewer is its rider. */
  readonly own: boolean
}

/**
 * What a viewer may see of a vehicle; null when not even that it exists. A rented vehicle that moves would show where a
 * person goes (GBFS 3.0, data privacy), so only its rider and operators see it.
 */
export function viewOf(
  visibility: Visibility | null,
  known: KnownVehicle,
  now: Date,
  graceMs: number,
): VehicleView | null {
  const own = isRider(visibility, known)
  if (own || (visibility === 'all' && known.state !== 'REMOVED')) {
    const { vehicleId, publicId, typeId, speed, batteryPercent, lastSeenAt, lock, place } = known
    const state = shownState(known, now, graceMs)
    return { vehicleId, publicId, typeId, ...place, speed, batteryPercent, lastSeenAt, lock, state, own }
  }
  return known.offer && viewOfOffer(known, known.offer)
}

export const isRider = (visibility: Visibility | null, { riderId }: Pick<KnownVehicle, 'riderId'>): boolean =>
  visibility !== null && visibility !== 'all' && riderId === visibility.customerId

/** An offered vehicle as everybody sees it. */
export const viewOfOffer = (
  { vehicleId, typeId, lastSeenAt }: Pick<VehicleView, 'vehicleId' | 'typeId' | 'lastSeenAt'>,
  offer: Offer,
): VehicleView => ({ ...offer, vehicleId, typeId, lastSeenAt, state: 'AVAILABLE', speed: 0, lock: null, own: false })
