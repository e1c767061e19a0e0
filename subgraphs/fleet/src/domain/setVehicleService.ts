import type { VehicleState } from './vehicle.ts'

export type SetVehicleServiceRefusal =
  | { readonly kind: 'VehicleNotFound' }
  | { readonly kind: 'VehicleInUse'; readonly state: VehicleState }
