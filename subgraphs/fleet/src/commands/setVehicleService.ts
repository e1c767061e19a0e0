import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import { transaction } from '@holdfast/service/postgres'
import { moveFrom, type Vehicle, type VehicleState } from '../domain/vehicle.ts'
import { refreshAvailability, type VehicleChange } from '../store/availability.ts'
import { type FleetEvent, fleetEvent, publish } from '../store/outbox.ts'
import { moveVehicle, vehicleForUpdate } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'

export type SetVehicleServiceRefusal =
  | { readonly kind: 'VehicleNotFound' }
  | { readonly kind: 'VehicleInUse'; readonly state: VehicleState }

/** Takes a vehicle that nobody uses out of service, or puts it back. A repeated request changes nothing. */
export async function setVehicleService(
  deps: Deps,
  { publicId, inService }: { readonly publicId: string; readonly inService: boolean },
): Promise<Outcome<null, SetVehicleServiceRefusal>> {
  const outcome = await transaction(
    deps.pool,
    async (tx): Promise<Outcome<readonly VehicleChange[], SetVehicleServiceRefusal>> => {
      const vehicle = await vehicleForUpdate(tx, 'public_id', publicId)
      if (!vehicle || vehicle.state === 'REMOVED') return refuse({ kind: 'VehicleNotFound' })
      if (inService === (vehicle.state !== 'NON_OPERATIONAL')) return accept([])
      const move = moveFrom('maintenance', vehicle.state)
      if (!move) return refuse({ kind: 'VehicleInUse', state: vehicle.state })
      const moved = await moveVehicle(tx, vehicle, move, null)
      if (moved)
        await publish(tx, inService ? listed(deps, moved) : fleetEvent('VehicleWithdrawn', { vehicleId: moved.id }))
      return accept(await refreshAvailability(tx, [vehicle.id], deps.now(), deps.offerRules))
    },
  )
  if (!outcome.ok) return outcome
  await deps.changes.vehicles(outcome.value)
  return accept(null)
}

function listed({ catalogue }: Deps, { id: vehicleId, publicId, typeId, position }: Vehicle): FleetEvent {
  const pricePlanId = catalogue.types().get(typeId)?.pricePlanId
  if (!pricePlanId) throw new Error(`vehicle type ${typeId} is not known`)
  const place = { latitude: position.latitude, longitude: position.longitude }
  return fleetEvent('VehicleListed', { vehicleId, publicId, vehicleType: typeId, pricePlanId, place })
}
