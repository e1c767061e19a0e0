import type { Transaction } from '@holdfast/service/postgres'
import { movesToReserve, type Use, type Vehicle } from '../domain/vehicle.ts'
import { moveVehicle } from '../store/vehicles.ts'

/** Brings a locked vehicle to RESERVED for a booking, by legal moves; null when it cannot be. */
export async function reserve(tx: Transaction, vehicle: Vehicle, use: Use): Promise<Vehicle | null> {
  let now: Vehicle | null = vehicle
  const moves = movesToReserve(vehicle, use.bookingId)
  if (!moves) return null
  for (const move of moves) now = now && (await moveVehicle(tx, now, move, move.to === 'RESERVED' ? use : null))
  return now
}
