import type { LockState } from '@holdfast/contracts'
import type { Move } from '@holdfast/service/domain'
import type { Place } from './place.ts'

/** The MDS 2.0 micromobility states that are stored. Contact is apart: a vehicle that falls silent while reserved is still reserved. */
export const vehicleStates = ['AVAILABLE', 'RESERVED', 'ON_TRIP', 'NON_OPERATIONAL', 'REMOVED'] as const
export type VehicleState = (typeof vehicleStates)[number]

/** Whether a vehicle can be reached by radio. */
export const contacts = ['ONLINE', 'LOST'] as const
export type Contact = (typeof contacts)[number]

/** Every legal move of a vehicle, named by its MDS 2.0 event. What is not here cannot happen. */
export const vehicleMoves = [
  { name: 'reservation_start', from: 'AVAILABLE', to: 'RESERVED' },
  { name: 'reservation_cancel', from: 'RESERVED', to: 'AVAILABLE' },
  { name: 'trip_start', from: 'RESERVED', to: 'ON_TRIP' },
  { name: 'trip_end', from: 'ON_TRIP', to: 'AVAILABLE' },
  { name: 'maintenance', from: 'AVAILABLE', to: 'NON_OPERATIONAL' },
  { name: 'maintenance', from: 'NON_OPERATIONAL', to: 'AVAILABLE' },
  { name: 'decommissioned', from: 'NON_OPERATIONAL', to: 'REMOVED' },
] as const satisfies readonly Move<VehicleState>[]
export type VehicleMove = (typeof vehicleMoves)[number]

/** Who has the vehicle: exactly while it is RESERVED or ON_TRIP. */
export interface Use {
  readonly bookingId: string
  readonly riderId: string
}

interface VehicleProperties {
  /** Stable, and never shown outside Holdfast. */
  readonly id: string
  readonly deviceId: string
  /** What clients see; a new one after each trip. */
  readonly publicId: string
  readonly typeId: string
  readonly contact: Contact
  readonly contactChangedAt: Date
  readonly lastSeenAt: Date | null
  /** Of the vehicle's present boot; null before its first message. */
  readonly epoch: string | null
  /** Orders the messages of one epoch. */
  readonly reportedSeq: number
  readonly lock: LockState
  readonly batteryPercent: number
  readonly commandCounter: number
  readonly position: Position
}

export type Vehicle = VehicleProperties &
  (
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

/** A vehicle in a state. Throws when the state and `use` do not belong together. */
export function inState(vehicle: VehicleProperties, state: VehicleState, use: Use | null): Vehicle {
  if (state !== 'RESERVED' && state !== 'ON_TRIP') return { ...vehicle, state, use: null }
  if (!use) throw new Error(`a vehicle that is ${state} has a booking and a rider`)
  return { ...vehicle, state, use }
}

/** The move of this name from the state a vehicle is in; undefined when there is none. */
export const moveFrom = (name: VehicleMove['name'], state: VehicleState): VehicleMove | undefined =>
  vehicleMoves.find((move) => move.name === name && move.from === state)

/**
 * The moves that reserve a vehicle for a booking that booking has confirmed; null when there are none. Usually the vehicle
 * is reserved already: booking's events may be some milliseconds behind its answer.
 */
export function movesToReserve(vehicle: Vehicle, bookingId: string): readonly VehicleMove[] | null {
  if (vehicle.state === 'RESERVED' && vehicle.use.bookingId === bookingId) return []
  const start = moveFrom('reservation_start', 'AVAILABLE')
  const cancel = moveFrom('reservation_cancel', vehicle.state)
  if (!start) return null
  if (vehicle.state === 'AVAILABLE') return [start]
  return cancel ? [cancel, start] : null
}
