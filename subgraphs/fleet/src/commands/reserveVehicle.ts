import type { Transaction } from '@holdfast/service/postgres'
import { movesToReserve, type Use, type Vehicle } from '../domain/vehicle.ts'
import { moveVehicle } from '../store/vehicles.ts'

/** Reserves a vehicle that was read for update, by legal moves; null when there are none. */
export async function reserveVehicle(tx: Transaction, vehicle: Vehicle, use: Use): Promise<Vehicle | null> {
  const moves = movesToReserve(vehicle, use.bookingId)
  if (!moves) return null
  let moved: Vehicle | null = vehicle
  for (const move of moves) moved = moved && (await moveVehicle(tx, moved, move, move.to === 'RESERVED' ? use : null))
  return moved
}
