import type { VehicleState } from './vehicle.ts'

/** Whether a vehicle can be reached by radio. */
export const contacts = ['ONLINE', 'LOST'] as const
export type Contact = (typeof contacts)[number]

interface Known {
  readonly contact: Contact
  readonly contactChangedAt: Date
  readonly epoch: string | null
}

/** What a birth, a farewell or a last will says, and when it arrived here. */
export interface Said {
  readonly online: boolean
  readonly epoch: string
  /** By the vehicle's clock; a will has the time at which it was left with the broker. */
  readonly at: Date
  readonly heardAt: Date
  /** From the broker's memory rather than from the vehicle: it is the last of its kind, but may be old. */
  readonly retained: boolean
}

export interface Heard {
  readonly contact: Contact
  readonly epoch: string
}

/** What follows from a connection message; null when nothing does. */
export function heardConnection(known: Known, said: Said): Heard | null {
  if (!said.online) {
    // The will of an earlier boot comes late: the vehicle has been born again since.
    return said.epoch === known.epoch && known.contact === 'ONLINE' ? { contact: 'LOST', epoch: said.epoch } : null
  }
  if (said.epoch !== known.epoch) return { contact: 'ONLINE', epoch: said.epoch }
  if (known.contact === 'ONLINE') return null
  // The broker still remembers the birth of a vehicle that went silent without a will.
  if (said.retained && said.at <= known.contactChangedAt) return null
  return { contact: 'ONLINE', epoch: said.epoch }
}

/** Of two connection messages not yet looked at, the one that counts. */
export const laterConnection = (first: Said | undefined, second: Said): Said =>
  first?.online && !second.online && first.epoch !== second.epoch ? first : second

/** Whether a message that only a connected vehicle can have sent ends the silence. */
export const speaksAgain = (known: Known, heard: { epoch: string; heardAt: Date }): boolean =>
  known.contact === 'LOST' && heard.epoch === known.epoch && heard.heardAt > known.contactChangedAt

/**
 * Milliseconds without a word after which a vehicle counts as lost although the broker said nothing of it. Riding ones
 * speak every few seconds; parked ones every 15 minutes, of which two may be missed and the third be late.
 */
export const longestSilence = (state: VehicleState): number => (state === 'ON_TRIP' ? 120_000 : 35 * 60_000)

/** Whether a vehicle without contact may still be shown to riders: radio holes of minutes are the rule in cities. */
export const forgiven = (
  { contact, contactChangedAt }: Pick<Known, 'contact' | 'contactChangedAt'>,
  now: Date,
  graceMs: number,
): boolean => contact === 'ONLINE' || now.getTime() - contactChangedAt.getTime() < graceMs

/** The MDS state to show. Reserved and riding vehicles stay what they are: their rider has them, heard or not. */
export const shownState = (
  vehicle: Pick<Known, 'contact' | 'contactChangedAt'> & { state: VehicleState },
  now: Date,
  graceMs: number,
): VehicleState | 'NON_CONTACTABLE' =>
  ['AVAILABLE', 'NON_OPERATIONAL'].includes(vehicle.state) && !forgiven(vehicle, now, graceMs)
    ? 'NON_CONTACTABLE'
    : vehicle.state
