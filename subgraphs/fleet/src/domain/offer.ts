import type { LockState } from '@holdfast/contracts'
import { isWithinGrace } from './contact.ts'
import { distance, type Place } from './place.ts'
import type { Contact, VehicleState } from './vehicle.ts'

export interface OfferRules {
  /** Milliseconds for which a vehicle without contact stays on the map. */
  readonly graceMs: number
  /** Below it a vehicle is not offered: it would refuse to unlock, or not get far. */
  readonly minBatteryPercent: number
}

export interface OfferCandidate {
  readonly state: VehicleState
  readonly contact: Contact
  readonly contactChangedAt: Date
  readonly lock: LockState
  readonly batteryPercent: number
  /** A trip of this vehicle has ended and booking has not completed its booking yet: a hold would be refused. */
  readonly hasUnreleasedTrip: boolean
}

/** Whether a vehicle is offered to everybody right now. */
export const isOffered = (vehicle: OfferCandidate, now: Date, { graceMs, minBatteryPercent }: OfferRules): boolean =>
  vehicle.state === 'AVAILABLE' &&
  !vehicle.hasUnreleasedTrip &&
  vehicle.lock === 'LOCKED' &&
  vehicle.batteryPercent >= minBatteryPercent &&
  isWithinGrace(vehicle, now, graceMs)

/** What everybody sees of an offered vehicle. */
export interface Offer extends Place {
  readonly publicId: string
  readonly batteryPercent: number
}

/** Metres by which the measured position of a parked vehicle wanders between buildings. */
const drift = 25
const noticeablePercent = 2

/** Whether an offer must be written again; false when it differs only by the noise of a parked vehicle's sensors. */
export const isOutdated = (offer: Offer, now: Offer): boolean =>
  offer.publicId !== now.publicId ||
  Math.abs(offer.batteryPercent - now.batteryPercent) >= noticeablePercent ||
  distance(offer, now) > drift
