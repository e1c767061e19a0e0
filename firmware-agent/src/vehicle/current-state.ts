import type { LockState } from '@holdfast/contracts'
import type { SavedCommands } from '../domain/saved-commands.ts'

/** What the agent knows of its vehicle now. Commands change it; reports and the session read it. */
export interface CurrentState {
  /** What the lock's sensor showed last. */
  lock: LockState
  saved: SavedCommands
}
