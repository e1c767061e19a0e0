import { setTimeout as delay } from 'node:timers/promises'
import type { LockState } from '@holdfast/contracts'
import type { Hardware } from '@holdfast/firmware-agent/hardware'
import type { Motion } from './motion.ts'

/** Where the simulated bolt is. It stays there when the process dies, as a real one would. */
export interface Bolt {
  position(): LockState
  moveTo(position: LockState): void
}

/**
 * Hardware without a vehicle. Its lock takes `travelMs` milliseconds: the bolt arrives after half of them, and the sensor
 * shows it after the other half. Between the two the lock has moved, and the agent cannot know it yet.
 */
export const simulatedHardware = (bolt: Bolt, motion: Motion, travelMs: number): Hardware => ({
  async moveLock(to) {
    await delay(travelMs / 2)
    bolt.moveTo(to)
    motion.lockMoved(to)
    await delay(travelMs / 2)
  },
  readLock: async () => bolt.position(),
  readings: motion.readings,
  beep: motion.beep,
})
