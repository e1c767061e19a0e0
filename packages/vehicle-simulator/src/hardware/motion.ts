import type { LockState } from '@holdfast/contracts'
import type { Readings } from '@holdfast/firmware-agent/hardware'

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
