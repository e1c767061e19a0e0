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
export function standing({ latitude, longitude, batteryPercent, odometer }: Omit<Readings, 'speed' | 'heading'>): Body {
  const readings: Readings = { latitude, longitude, batteryPercent, odometer, speed: 0, heading: 0 }
  return { readings: () => readings, bolt: () => {}, beep: () => {} }
}
