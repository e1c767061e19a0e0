import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import { transaction } from '@holdfast/service/postgres'
import type { VehicleType } from '../domain/sight.ts'
import { moveFrom, type Vehicle, type VehicleState } from '../domain/vehicle.ts'
import { refreshAvailability } from '../store/availability.ts'
import { type Fact, publish } from '../store/outbox.ts'
import { lockVehicleByPublicId, moveVehicle } from '../store/vehicles.ts'
import type { Deps } from './deps.ts'

export type ServiceRefusal =
  | { readonly kind: 'VehicleNotFound' }
  | { readonly kind: 'VehicleInUse'; readonly state: VehicleState }

/** Takes a vehicle that nobody uses out of service, or puts it back; returns its stable id. Asked again it answers the same. */
export const setVehicleService =
  (deps: Deps, types: () => ReadonlyMap<string, VehicleType>) =>
  async ({
    publicId,
    inService,
  }: {
    publicId: string
    inService: boolean
  }): Promise<Outcome<string, ServiceRefusal>> => {
    const outcome = await transaction(deps.pool, async (tx) => {
      const vehicle = await lockVehicleByPublicId(tx, publicId)
      if (!vehicle || vehicle.state === 'REMOVED') return refuse({ kind: 'VehicleNotFound' as const })
      const wanted: VehicleState = inService ? 'AVAILABLE' : 'NON_OPERATIONAL'
      if (vehicle.state === wanted) return accept({ id: vehicle.id, changes: [] })
      const move = moveFrom('maintenance', vehicle.state)
      // Whoever has a vehicle in use has it in service.
      if (!move)
        return inService
          ? accept({ id: vehicle.id, changes: [] })
          : refuse({ kind: 'VehicleInUse' as const, state: vehicle.state })
      const moved = await moveVehicle(tx, vehicle, move, null)
      await publish(tx, moved ? [inService ? listed(moved, types()) : withdrawn(moved)] : [])
      return accept({ id: vehicle.id, changes: await refreshAvailability(tx, [vehicle.id], deps.now(), deps.listing) })
    })
    if (!outcome.ok) return outcome
    await deps.announce.changes(outcome.value.changes)
    return accept(outcome.value.id)
  }

const withdrawn = ({ id }: Vehicle): Fact => ({ subject: id, type: 'VehicleWithdrawn', data: { vehicleId: id } })

function listed(vehicle: Vehicle, types: ReadonlyMap<string, VehicleType>): Fact {
  const { id, publicId, typeId, position } = vehicle
  const pricePlanId = types.get(typeId)?.pricePlanId
  if (!pricePlanId) throw new Error(`vehicle type ${typeId} is not known`)
  const place = { latitude: position.latitude, longitude: position.longitude }
  return {
    subject: id,
    type: 'VehicleListed',
    data: { vehicleId: id, publicId, vehicleType: typeId, pricePlanId, place },
  }
}
