/** What a vehicle must still know after a crash. */
import { Ack, CommandAction } from '@holdfast/contracts'
import { z } from 'zod'

/** Saved per vehicle. A broker redelivers what was not acknowledged to it: a handful of commands, never dozens. */
export const savedCommandsLimit = 32

/** A command that has used up its counter, and the latest ack of it. */
const SavedCommand = z.object({ action: CommandAction, ack: Ack.extend({ cid: z.uuid() }) })
export type SavedCommand = z.infer<typeof SavedCommand>

export const SavedCommands = z.object({
  /** The highest counter of the present epoch. */
  counter: z.int(),
  /** Newest last. */
  commands: z.array(SavedCommand),
})
export type SavedCommands = z.infer<typeof SavedCommands>

export const noSavedCommands: SavedCommands = { counter: 0, commands: [] }

/** With one more command, or with a newer ack of the same command. */
export function withCommand({ commands }: SavedCommands, counter: number, command: SavedCommand): SavedCommands {
  const others = commands.filter(({ ack }) => ack.cid !== command.ack.cid)
  return { counter, commands: [...others, command].slice(-savedCommandsLimit) }
}

/** Each boot begins a new epoch and counts from 0 again; the acks of earlier epochs are still needed. */
export const afterReboot = (saved: SavedCommands): SavedCommands => ({ ...saved, counter: 0 })

/**
 * The command that was accepted and not settled, because the agent ended in between. It is settled by reading the sensor:
 * moving the lock again could unlock a vehicle that was locked by hand since.
 */
export const interruptedCommand = ({ commands }: SavedCommands): SavedCommand | undefined =>
  commands.find(({ ack }) => ack.phase === 'ACCEPTED')
