import type { LockState, Sample } from '@holdfast/contracts'

/** What the sensors other than the lock's show. Speed in m/s, heading in degrees from north, odometer in metres. */
export type Readings = Readonly<Omit<Sample, 'at'>>

/** The hardware of one vehicle, given to the agent. The agent trusts `readLock`, never that `moveLock` has worked. */
export interface Hardware {
  /** Runs the lock's motor towards `to`; ends when the motor has stopped, wherever the bolt is then. */
  moveLock(to: LockState): Promise<void>
  /** What the bolt's sensor shows. */
  readLock(): Promise<LockState>
  readings(): Readings
  /** Asks the rider to stop: the vehicle cannot be locked while it moves. */
  beep(): void
}
