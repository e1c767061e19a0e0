import { setTimeout as delay } from 'node:timers/promises'
import type { LockState } from '@holdfast/contracts'
import type { Hardware, Readings } from '@holdfast/firmware-agent/hardware'

/** What the simulation starts from, and continues from after a restart. */
export type StartingPoint = Pick<Readings, 'latitude' | 'longitude' | 'batteryPercent' | 'odometer'>

/** Everything of a simulated vehicle but its lock: where it is, how fast, how full its battery, and who rides it. */
export interface Motion {
  readings(): Readings
  lockMoved(to: LockState): void
  /** Asks the rider, if there is one, to stop. */
  beep(): void
}

/** A vehicle that is not ridden: it is unlocked and locked again where it stands. */
export function stationary({ latitude, longitude, batteryPercent, odometer }: StartingPoint): Motion {
  const readings: Readings = { latitude, longitude, batteryPercent, odometer, speed: 0, heading: 0 }
  return { readings: () => readings, lockMoved: () => {}, beep: () => {} }
}

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
