import type { Contact } from './contact.ts'
import type { Place } from './place.ts'

/** MDS 2.0 micromobility states that are stored. Contact is a fact of its own: a vehicle that falls silent while reserved is still reserved. */
export const vehicleStates = ['AVAILABLE', 'RESERVED', 'ON_TRIP', 'NON_OPERATIONAL', 'REMOVED'] as const
export type VehicleState = (typeof vehicleStates)[number]

/** Every legal move of a vehicle, named by its MDS 2.0 event. What is not here cannot happen. */
export const vehicleMoves = [
  { name: 'reservation_start', from: 'AVAILABLE', to: 'RESERVED' },
  { name: 'reservation_cancel', from: 'RESERVED', to: 'AVAILABLE' },
  { name: 'trip_start', from: 'RESERVED', to: 'ON_TRIP' },
  { name: 'trip_end', from: 'ON_TRIP', to: 'AVAILABLE' },
  { name: 'maintenance', from: 'AVAILABLE', to: 'NON_OPERATIONAL' },
  { name: 'maintenance', from: 'NON_OPERATIONAL', to: 'AVAILABLE' },
  { name: 'decommissioned', from: 'NON_OPERATIONAL', to: 'REMOVED' },
] as const satisfies readonly { name: string; from: VehicleState; to: VehicleState }[]
export type VehicleMove = (typeof vehicleMoves)[number]

/** Who has the vehicle: exactly while it is RESERVED or ON_TRIP. */
export interface Use {
  readonly bookingId: string
  readonly riderId: string
}

/** A vehicle as the house knows it. `id` is stable and stays in the house; `publicId` is what the world sees. */
export type Vehicle = {
  readonly id: string
  readonly deviceId: string
  readonly publicId: string
  readonly typeId: string
  readonly contact: Contact
  readonly contactChangedAt: Date
  readonly lastSeenAt: Date | null
  /** Of the vehicle's present boot; null before it was first heard. */
  readonly epoch: string | null
  /** Orders the messages of one epoch. */
  readonly reportedSeq: number
  readonly lock: 'LOCKED' | 'UNLOCKED'
  readonly batteryPercent: number
  readonly commandCounter: number
  readonly position: Position
} & (
  | { readonly state: 'RESERVED' | 'ON_TRIP'; readonly use: Use }
  | { readonly state: 'AVAILABLE' | 'NON_OPERATIONAL' | 'REMOVED'; readonly use: null }
)

export interface Position extends Place {
  /** Metres per second. */
  readonly speed: number
  /** Metres since the vehicle was made. */
  readonly odometer: number
  /** By the vehicle's clock. */
  readonly measuredAt: Date
}

/** How far the battery still goes, whole metres. */
export const rangeMeters = (batteryPercent: number, maxRangeMeters: number): number =>
  Math.floor((maxRangeMeters * batteryPercent) / 100)

type MoveName = VehicleMove['name']

/** The move of this name from the state a vehicle is in; undefined when there is none. */
export const moveFrom = (name: MoveName, state: VehicleState): VehicleMove | undefined =>
  vehicleMoves.find((move) => move.name === name && move.from === state)

/**
 * The moves by which a vehicle comes to be reserved for a booking that booking itself vouches for; null when it cannot be.
 * Usually it is already: facts from booking may be some milliseconds behind its answer.
 */
export function movesToReserve(vehicle: Vehicle, bookingId: string): readonly VehicleMove[] | null {
  if (vehicle.state === 'RESERVED' && vehicle.use.bookingId === bookingId) return []
  const start = moveFrom('reservation_start', 'AVAILABLE')
  const cancel = moveFrom('reservation_cancel', vehicle.state)
  if (!start) return null
  if (vehicle.state === 'AVAILABLE') return [start]
  return cancel ? [cancel, start] : null
}
