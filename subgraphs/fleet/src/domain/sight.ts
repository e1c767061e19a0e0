import type { Filter } from './area.ts'
import { type Contact, shownState } from './contact.ts'
import type { Offer } from './listing.ts'
import type { Place } from './place.ts'
import type { VehicleState } from './vehicle.ts'

/** Who asks: a rider's id counts only for riders. */
export interface Eye {
  readonly id: string
  readonly role: 'customer' | 'operator' | 'vehicle' | 'anonymous'
}

/** Everything that is known of a vehicle where it is shown. */
export interface Known {
  readonly vehicleId: string
  readonly publicId: string
  readonly typeId: string
  readonly state: VehicleState
  readonly riderId: string | null
  readonly contact: Contact
  readonly contactChangedAt: Date
  readonly lastSeenAt: Date | null
  readonly lock: 'LOCKED' | 'UNLOCKED'
  readonly batteryPercent: number
  readonly place: Place
  readonly speed: number
  /** What everybody is offered; null while the vehicle is not to be had. */
  readonly offer: Offer | null
}

/** A vehicle as one viewer may see it. */
export interface Seen extends Place {
  readonly vehicleId: string
  readonly publicId: string
  readonly typeId: string
  readonly state: VehicleState | 'NON_CONTACTABLE'
  readonly speed: number
  readonly batteryPercent: number
  /** Undefined where it was not read: it changes all the time, so copies leave it out. */
  readonly lastSeenAt?: Date | null | undefined
  /** Null for whom it does not concern. */
  readonly lock: 'LOCKED' | 'UNLOCKED' | null
  /** The viewer has it. */
  readonly own: boolean
}

/**
 * What a viewer may see of a vehicle; null when not even that it exists. A rented vehicle that moves would tell where a
 * person goes (GBFS 3.0, data privacy), so it is its rider's and the operators' business alone.
 */
export function seenBy(eye: Eye, known: Known, now: Date, graceMs: number): Seen | null {
  const own = eye.role === 'customer' && known.riderId === eye.id
  if (own || (eye.role === 'operator' && known.state !== 'REMOVED')) {
    const { vehicleId, publicId, typeId, speed, batteryPercent, lastSeenAt, lock, place } = known
    const { latitude, longitude } = place
    const state = shownState(known, now, graceMs)
    return { vehicleId, publicId, typeId, latitude, longitude, speed, batteryPercent, lastSeenAt, lock, state, own }
  }
  return known.offer && offered(known.vehicleId, known.typeId, known.offer, known.lastSeenAt)
}

/** An offered vehicle as everybody sees it. */
export const offered = (vehicleId: string, typeId: string, offer: Offer, lastSeenAt?: Date | null): Seen => ({
  vehicleId,
  publicId: offer.publicId,
  typeId,
  state: 'AVAILABLE',
  latitude: offer.latitude,
  longitude: offer.longitude,
  speed: 0,
  batteryPercent: offer.batteryPercent,
  lastSeenAt,
  lock: null,
  own: false,
})

/** Names as in GBFS 3.0 vehicle_types. */
export interface VehicleType {
  readonly id: string
  readonly name: string
  readonly formFactor: string
  readonly propulsionType: string
  readonly maxRangeMeters: number
  readonly pricePlanId: string
}

/**
 * The battery that a vehicle of this type needs to be what somebody looks for, range included; null when none of its type
 * is. Both searches filter by this one number.
 */
export function batteryNeeded(
  { formFactors, minBatteryPercent, minRangeMeters }: Filter,
  { formFactor, maxRangeMeters }: Pick<VehicleType, 'formFactor' | 'maxRangeMeters'>,
): number | null {
  if (formFactors && !formFactors.includes(formFactor)) return null
  const needed = Math.max(minBatteryPercent, Math.ceil((minRangeMeters * 100) / maxRangeMeters))
  return needed <= 100 ? needed : null
}
