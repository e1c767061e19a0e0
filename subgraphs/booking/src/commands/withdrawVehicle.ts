import type { Transaction } from '@holdfast/service/postgres'
import { cancel } from '../domain/booking.ts'
import { holderOf, setWithdrawn } from '../store/bookables.ts'
import { bookingForUpdate, saveCancelled } from '../store/bookings.ts'

/**
 * Makes a vehicle unavailable for booking and cancels the booking that has it, if it has not started. A booking that is being
 * paid for is cancelled by booking.confirm_paid or booking.decline_payment, as soon as the payment's outcome is known.
 * Throws when the vehicle changes hands meanwhile; the event is then retried.
 */
export async function withdrawVehicle(tx: Transaction, vehicleId: string): Promise<void> {
  const holder = await holderOf(tx, vehicleId)
  if (holder === undefined) return
  // Lock order: all bookables of the booking by id. Locking this one first could deadlock.
  const found = holder === null ? undefined : await bookingForUpdate(tx, 'all', holder)
  if (!(await setWithdrawn(tx, vehicleId, holder))) throw new Error(`vehicle ${vehicleId} has just changed hands`)
  if (!found) return
  const outcome = cancel(found.booking)
  if (outcome.ok && outcome.value) await saveCancelled(tx, found.booking.id, 'OPERATOR')
}
