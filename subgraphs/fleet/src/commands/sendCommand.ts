import type { Command } from '../domain/command.ts'
import { moveCommand } from '../store/commands.ts'
import type { Deps } from './deps.ts'

/**
 * Sends a committed command and notes it; returns the command as it is then. Whatever fails here is not lost: a command
 * that was not sent or not noted is sent by `retryCommands`, and the vehicle executes it once.
 */
export async function sendCommand(deps: Deps, command: Command, deviceId: string): Promise<Command> {
  try {
    if (!(await deps.sendToDevice(command, deviceId))) return command
    const sent = await moveCommand(deps.pool, command.id, 'send', deps.now())
    await deps.changes.command(command.bookingId)
    return sent ?? command
  } catch (err) {
    deps.log.warn({ err, command: command.id }, 'command was not sent at once')
    return command
  }
}
