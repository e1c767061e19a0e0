import type { Command } from '../domain/command.ts'
import { moveCommand } from '../store/commands.ts'
import type { Deps } from './deps.ts'

/**
 * Gives a committed command to the broker and notes it; returns the command as it is then. Nothing that goes wrong here
 * is lost: what was not sent or not noted is sent again by `lookAfterCommands`, and the vehicle obeys once.
 */
export async function send(deps: Deps, command: Command, deviceId: string): Promise<Command> {
  try {
    if (!(await deps.sender.command(command, deviceId))) return command
    const sent = await moveCommand(deps.pool, command.id, 'send', deps.now())
    await deps.announce.command(command.bookingId)
    return sent ?? command
  } catch (err) {
    deps.log.warn({ err, command: command.id }, 'a command was not sent at once')
    return command
  }
}
