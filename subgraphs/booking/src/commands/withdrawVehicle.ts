import type { Transaction } from '@holdfast/service/postgres'
import { cancel } from '../domain/booking.ts'
import { holderOf, setWithdrawn } from '../store/bookables.ts'
import { bookingForUpdate, saveCancelled } from '../store/bookings.ts'

/**
 * Takes a vehicle out of booking. Who held it before fleet could know is not left waiting for it: the booking is cancelled,
 * at once or, when it is being paid, as soon as payment has its answer (booking.confirm_paid, booking.decline_payment).
 * Throws when it changes hands at this very moment; the event is then tried again.
 */
export const withdrawVehicle = async (tx: Transaction, vehicleId: string): Promise<void> => {
  const holder = await holderOf(tx, vehicleId)
  if (holder === undefined) return
  // All things of the booking first, by id, and only then this one: its own row locked before them could deadlock.
  const locked = holder === null ? undefined : await bookingForUpdate(tx, 'everybody', holder)
  if (!(await setWithdrawn(tx, vehicleId, holder))) throw new Error(`vehicle ${vehicleId} has just changed hands`)
  if (!locked) return
  const outcome = cancel(locked.booking)
  if (outcome.ok && outcome.value) await saveCancelled(tx, locked.booking.id, 'OPERATOR')
}
