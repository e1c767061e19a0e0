/**
 * Redis pub/sub channels of the live views. A notice only says where to look (stable vehicle ids, which never leave the
 * house); what is shown is read from Postgres, and who may see it is decided there.
 */
import { z } from 'zod'

const Ids = z.array(z.uuid())

/** A notice about vehicles. */
export const noticeOf = (vehicleIds: Iterable<string>): string => JSON.stringify([...new Set(vehicleIds)])

/** The vehicles a notice is about; null when it is none of ours. */
export function idsIn(notice: string): readonly string[] | null {
  try {
    return Ids.parse(JSON.parse(notice))
  } catch {
    return null
  }
}

/** What everybody may see changed in a cell; without a cell, anywhere. */
export const mapChannel = (cell = 'all'): string => `map:${cell}`
/** Anything changed in a cell, for operators. */
export const operatorChannel = (cell = 'all'): string => `operators:${cell}`
/** The vehicle that a rider has, or just had, changed or moved. */
export const riderChannel = (riderId: string): string => `rider:${riderId}`
/** A command of the booking changed. */
export const commandChannel = (bookingId: string): string => `command:${bookingId}`
