import type { LockState } from '@holdfast/contracts'

/** What the sensors other than the lock's say. Speed in m/s, heading in degrees from north, odometer in metres. */
export interface Readings {
  readonly latitude: number
  readonly longitude: number
  readonly speed: number
  readonly heading: number
  readonly batteryPercent: number
  readonly odometer: number
}

/** The vehicle as the agent touches it. The agent believes `sense`, never that `drive` has worked. */
export interface Hardware {
  /** Runs the lock's motor towards `to`; ends when the motor has stopped, wherever the bolt is then. */
  drive(to: LockState): Promise<void>
  /** What the bolt's sensor shows. */
  sense(): Promise<LockState>
  readings(): Readings
  /** Tells the rider that the vehicle has to stand before it can be locked. */
  beep(): void
}
