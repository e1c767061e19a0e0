import type { LockState } from '@holdfast/contracts'
import type { Readings } from '../hardware/hardware.ts'

/** Everything of a simulated vehicle but its lock: where it is, how fast, how full, and who stands on it. */
export interface Body {
  readings(): Readings
  /** The bolt has moved. */
  bolt(to: LockState): void
  /** The vehicle asks whoever rides it to stop. */
  beep(): void
}

/** A vehicle that is unlocked and locked again where it stands. */
export const standing = (readings: Omit<Readings, 'speed'>): Body => ({
  readings: () => ({ ...readings, speed: 0 }),
  bolt: () => {},
  beep: () => {},
})
