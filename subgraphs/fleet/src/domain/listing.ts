import { type Contact, forgiven } from './contact.ts'
import { distance, type Place } from './place.ts'
import type { VehicleState } from './vehicle.ts'

export interface ListingRules {
  /** Milliseconds for which a vehicle without contact stays on the map. */
  readonly graceMs: number
  /** Below it a vehicle is not offered: it would not open, or not get far. */
  readonly minBatteryPercent: number
}

export interface Candidate {
  readonly state: VehicleState
  readonly contact: Contact
  readonly contactChangedAt: Date
  readonly lock: 'LOCKED' | 'UNLOCKED'
  readonly batteryPercent: number
  /** A trip ended here whose booking is not closed yet: a hold would be refused. */
  readonly settling: boolean
}

/** Whether a vehicle is offered to everybody right now. */
export const isOffered = (vehicle: Candidate, now: Date, { graceMs, minBatteryPercent }: ListingRules): boolean =>
  vehicle.state === 'AVAILABLE' &&
  !vehicle.settling &&
  vehicle.lock === 'LOCKED' &&
  vehicle.batteryPercent >= minBatteryPercent &&
  forgiven(vehicle, now, graceMs)

/** What stands in the search index about an offered vehicle. */
export interface Offer extends Place {
  readonly publicId: string
  readonly batteryPercent: number
}

/** Metres that a parked vehicle's position wanders by itself between houses. */
const drift = 25
const noticeablePercent = 2

/** Whether an offer must be written again, or differs only by what a parked vehicle's sensors do by themselves. */
export const isOutdated = (offer: Offer, now: Offer): boolean =>
  offer.publicId !== now.publicId ||
  Math.abs(offer.batteryPercent - now.batteryPercent) >= noticeablePercent ||
  distance(offer, now) > drift
