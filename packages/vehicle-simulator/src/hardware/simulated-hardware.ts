import { setTimeout as delay } from 'node:timers/promises'
import type { LockState } from '@holdfast/contracts'
import type { Hardware } from '@holdfast/firmware-agent/hardware'
import type { Motion } from './motion.ts'

/** The bolt of a simulated lock. */
export interface Bolt {
  at: LockState
}

/**
 * Hardware without a vehicle. Its lock takes `travelMs` milliseconds: the bolt arrives after half of them, and the sensor
 * shows it after the other half. Between the two the lock has moved, and the agent cannot know it yet. `save` is called when
 * the bolt has arrived: it stays there when the process dies, as a real one would.
 */
export const simulatedHardware = (bolt: Bolt, motion: Motion, travelMs: number, save: () => void): Hardware => ({
  async moveLock(to) {
    await delay(travelMs / 2)
    bolt.at = to
    save()
    motion.lockMoved(to)
    await delay(travelMs / 2)
  },
  readLock: async () => bolt.at,
  readings: motion.readings,
  beep: motion.beep,
})
