import type { Transaction } from '@holdfast/service'
import { cancel } from '../domain/booking.ts'
import { setWithdrawn } from '../store/bookables.ts'
import { lockBooking, saveCancelled } from '../store/bookings.ts'

/** Takes a vehicle out of booking. Who held it before fleet could know is not left waiting for it: the booking is cancelled. */
export const withdrawVehicle = async (tx: Transaction, vehicleId: string): Promise<void> => {
  const holder = await setWithdrawn(tx, vehicleId)
  const locked = holder ? await lockBooking(tx, 'everybody', holder) : undefined
  if (!locked) return
  const outcome = cancel(locked.booking)
  if (outcome.ok && outcome.value) await saveCancelled(tx, locked.booking.id, 'OPERATOR')
}
