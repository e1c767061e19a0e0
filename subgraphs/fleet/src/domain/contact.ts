import type { Contact, VehicleState } from './vehicle.ts'

interface KnownContact {
  readonly contact: Contact
  readonly contactChangedAt: Date
  readonly epoch: string | null
}

/** A connection message (birth, goodbye or last will), and when it arrived here. */
export interface ConnectionReport {
  readonly online: boolean
  readonly epoch: string
  /** By the vehicle's clock; a will has the time at which it was left with the broker. */
  readonly at: Date
  readonly receivedAt: Date
  /** Sent from the broker's memory, not by the vehicle: the last message of its kind, but it may be old. */
  readonly retained: boolean
}

/** A message that only a connected vehicle can have sent. */
export interface Heartbeat {
  readonly receivedAt: Date
  readonly epoch: string
}

/** What a connection message changes; null when nothing. */
export function contactAfter(
  known: KnownContact,
  report: ConnectionReport,
): { readonly contact: Contact; readonly epoch: string } | null {
  if (!report.online) {
    // The will of an earlier boot is late: the vehicle has rebooted since.
    return report.epoch === known.epoch && known.contact === 'ONLINE' ? { contact: 'LOST', epoch: report.epoch } : null
  }
  if (report.epoch !== known.epoch) return { contact: 'ONLINE', epoch: report.epoch }
  if (known.contact === 'ONLINE') return null
  // The broker still has the birth of a vehicle that went silent without a will.
  if (report.retained && report.at <= known.contactChangedAt) return null
  return { contact: 'ONLINE', epoch: report.epoch }
}

/** Of two connection messages that were not ingested yet, the one that counts. */
export const newerConnection = (first: ConnectionReport | undefined, second: ConnectionReport): ConnectionReport =>
  first?.online && !second.online && first.epoch !== second.epoch ? first : second

export const endsSilence = (known: KnownContact, { epoch, receivedAt }: Heartbeat): boolean =>
  known.contact === 'LOST' && epoch === known.epoch && receivedAt > known.contactChangedAt

/**
 * Milliseconds without a message after which a vehicle counts as lost although the broker published no will. Vehicles on
 * a trip report every few seconds; parked ones every 15 minutes, of which two may be missed and the third be late.
 */
export const maxSilenceMs = (state: VehicleState): number => (state === 'ON_TRIP' ? 120_000 : 35 * 60_000)

/** Whether a vehicle without contact may still be shown to riders: radio holes of minutes are common in cities. */
export const isWithinGrace = (
  { contact, contactChangedAt }: Pick<KnownContact, 'contact' | 'contactChangedAt'>,
  now: Date,
  graceMs: number,
): boolean => contact === 'ONLINE' || now.getTime() - contactChangedAt.getTime() < graceMs

/** The MDS state to show. Reserved vehicles and those on a trip keep their state: their rider has them, with or without contact. */
export const shownState = (
  vehicle: Pick<KnownContact, 'contact' | 'contactChangedAt'> & { state: VehicleState },
  now: Date,
  graceMs: number,
): VehicleState | 'NON_CONTACTABLE' =>
  ['AVAILABLE', 'NON_OPERATIONAL'].includes(vehicle.state) && !isWithinGrace(vehicle, now, graceMs)
    ? 'NON_CONTACTABLE'
    : vehicle.state
