import type { Place } from './place.ts'
import type { VehicleView } from './vehicle-view.ts'

export interface Search {
  readonly near: Place
  readonly radiusMeters: number
  readonly first: number
  /** The vehicle types to find, each with the battery that it must have. */
  readonly types: readonly { readonly typeId: string; readonly minBatteryPercent: number }[]
}

export interface FoundVehicle {
  readonly distanceMeters: number
  readonly vehicle: VehicleView
}

/** Equal distances in a fixed order, so that the same question gets the same answer. */
export const nearestFirst = (a: FoundVehicle, b: FoundVehicle): number =>
  a.distanceMeters - b.distanceMeters || (a.vehicle.vehicleId < b.vehicle.vehicleId ? -1 : 1)
