import { join } from 'node:path'
import { reset } from './commands/reset.ts'
import { start } from './commands/start.ts'
import { checkDrift, test } from './commands/test.ts'
import { verify } from './commands/verify.ts'
import { projectDir } from './files/paths.ts'
import { DidNotStart } from './processes/managed-process.ts'
import { CannotStart } from './stack/stack.ts'

/** What `node dev/bootstrap.mjs <command>` can do. Each gives the exit code. */
const commands: Record<string, (args: string[]) => Promise<number>> = {
  start,
  reset,
  test,
  drift: checkDrift,
  verify,
  journey: program('e2e/journey/main.ts'),
  bench: program('bench/main.ts'),
}

const [name = '', ...args] = process.argv.slice(2)
const command = commands[name]
if (command === undefined) {
  console.error(`"${name}" is no command; there are ${Object.keys(commands).join(', ')}.`)
  process.exit(1)
}

try {
  process.exit(await command(args))
} catch (error) {
  console.error(error instanceof CannotStart || error instanceof DidNotStart ? error.message : error)
  process.exit(1)
}

/** A program of another folder that exports `main(args)`, loaded only when it is asked for. */
function program(file: string): (args: string[]) => Promise<number> {
  return async (args) => {
    const { main } = (await import(join(projectDir, file))) as { main: (args: string[]) => Promise<number> }
    return main(args)
  }
}
