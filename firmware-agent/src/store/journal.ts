import { join } from 'node:path'
import { SavedCommands } from '../domain/saved-commands.ts'
import { openVehicleStore, type VehicleStore } from './vehicle-store.ts'

/** The commands that the vehicles of this process have accepted or refused, and their acks. */
export type Journal = VehicleStore<SavedCommands>

/** Opens the journal in a folder; throws when another agent has it open. */
export const openJournal = (directory: string): Journal =>
  openVehicleStore(join(directory, 'commands.sqlite'), SavedCommands)
