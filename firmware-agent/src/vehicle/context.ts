import type { KeyObject } from 'node:crypto'
import type { LockState } from '@holdfast/contracts'
import type { Log } from '@holdfast/service/process'
import type { Device } from '../credentials/devices.ts'
import type { SavedCommands } from '../domain/saved-commands.ts'
import type { Hardware } from '../hardware/hardware.ts'
import type { Journal } from '../store/journal.ts'

/** What one vehicle is given. */
export interface VehicleOptions {
  readonly device: Device
  /** Random, one for each boot of the agent. */
  readonly epoch: string
  readonly mqttUrl: string
  readonly keyById: (kid: string) => KeyObject | undefined
  readonly lowBattery: number
  readonly hardware: Hardware
  readonly journal: Journal
  readonly log: Log
}

/** What the commands and the reports of one vehicle share. Commands change `lock` and `saved`. */
export interface VehicleContext extends VehicleOptions {
  /** `(epoch, seq)` orders the messages of one vehicle. */
  nextSeq(): number
  /** What the lock's sensor showed last. */
  lock: LockState
  saved: SavedCommands
}
