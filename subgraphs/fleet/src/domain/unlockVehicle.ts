import type { BookingState } from '@holdfast/contracts'
import { accept, type Outcome, refuse } from '@holdfast/service/domain'
import type { Command } from './command.ts'
import type { Vehicle } from './vehicle.ts'

/** A booking as booking shows it to its customer. */
export interface BookingAccess {
  readonly state: BookingState
  readonly vehicleId: string
  readonly expiresAt: Date | null
}

export type UnlockVehicleRefusal =
  | { readonly kind: 'BookingNotFound' }
  | { readonly kind: 'BookingNotConfirmed'; readonly state: BookingState }
  | { readonly kind: 'ConfirmationExpired'; readonly expiredAt: Date }
  | { readonly kind: 'VehicleOutOfService' }
  | { readonly kind: 'VehicleUnreachable'; readonly lastSeenAt: Date | null }
  | { readonly kind: 'CommandUnderWay'; readonly command: Command }
  | { readonly kind: 'RequestIdReused' }

/** Whether a booking allows its rider to unlock the vehicle now; null: there is no such booking of theirs. */
export function mayUnlock(booking: BookingAccess | null, now: Date): Outcome<BookingAccess, UnlockVehicleRefusal> {
  if (!booking) return refuse({ kind: 'BookingNotFound' })
  if (booking.state !== 'CONFIRMED') return refuse({ kind: 'BookingNotConfirmed', state: booking.state })
  if (booking.expiresAt && booking.expiresAt <= now) {
    return refuse({ kind: 'ConfirmationExpired', expiredAt: booking.expiresAt })
  }
  return accept(booking)
}

/** Whether a vehicle can be reached and has no open command; with the boot epoch to which the new command is bound. */
export function canReceive(
  vehicle: Pick<Vehicle, 'contact' | 'lastSeenAt' | 'epoch'>,
  openCommand: Command | null,
): Outcome<
  { readonly epoch: string },
  Extract<UnlockVehicleRefusal, { kind: 'VehicleUnreachable' | 'CommandUnderWay' }>
> {
  if (openCommand) return refuse({ kind: 'CommandUnderWay', command: openCommand })
  if (vehicle.contact === 'LOST' || vehicle.epoch === null) {
    return refuse({ kind: 'VehicleUnreachable', lastSeenAt: vehicle.lastSeenAt })
  }
  return accept({ epoch: vehicle.epoch })
}
