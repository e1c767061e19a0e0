/**
 * Redis pub/sub channels of change notifications. A notification only says where to look, by stable vehicle ids, which
 * are never shown to clients. What is shown is read from Postgres, and who may see it is decided there.
 */
import { z } from 'zod'

const VehicleIds = z.array(z.uuid())

export const messageOf = (vehicleIds: Iterable<string>): string => JSON.stringify([...new Set(vehicleIds)])

/** The vehicles that a message names; null when it cannot be read. */
export function vehicleIdsIn(message: string): readonly string[] | null {
  try {
    return VehicleIds.parse(JSON.parse(message))
  } catch {
    return null
  }
}

/** What everybody may see changed in a cell; without a cell, anywhere. */
export const offersChannel = (cell = 'all'): string => `map:${cell}`
/** Anything changed in a cell, for operators. */
export const operatorChannel = (cell = 'all'): string => `operators:${cell}`
/** The vehicle that a rider has, or just had, changed or moved. */
export const riderChannel = (riderId: string): string => `rider:${riderId}`
/** A command of the booking changed. */
export const commandChannel = (bookingId: string): string => `command:${bookingId}`
