import { setTimeout as delay } from 'node:timers/promises'
import type { LockState } from '@holdfast/contracts'
import type { Body } from '../simulation/body.ts'
import type { Hardware } from './hardware.ts'

/** Where the simulated bolt is. It stays where it is when the agent dies, as a real one would. */
export interface Bolt {
  at(): LockState
  moveTo(at: LockState): Promise<void>
}

/**
 * A vehicle without metal. Its lock takes `travelMs` milliseconds: the bolt arrives after half of them, and its sensor
 * has settled after the other half. Between the two, the lock has moved and nobody knows it yet.
 */
export const simulated = (bolt: Bolt, body: Body, travelMs: number): Hardware => ({
  async drive(to) {
    await delay(travelMs / 2)
    await bolt.moveTo(to)
    body.bolt(to)
    await delay(travelMs / 2)
  },
  sense: async () => bolt.at(),
  readings: body.readings,
  beep: body.beep,
})
