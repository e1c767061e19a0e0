import { join } from 'node:path'
import { DatabaseFromOtherMigrations } from '@holdfast/database/migrate'
import { checkLockFile } from './commands/lock-file.ts'
import { reset } from './commands/reset.ts'
import { checkSchema, updateSchema } from './commands/schema.ts'
import { start } from './commands/start.ts'
import { test } from './commands/test.ts'
import { verify } from './commands/verify.ts'
import { projectDir } from './files.ts'
import { CannotStart, messages } from './messages.ts'

/** The commands of `node dev/bootstrap.mjs <command>`. Each returns the exit code. */
const commands: Record<string, (args: string[]) => Promise<number>> = {
  start,
  reset,
  test,
  schema: updateSchema,
  drift: checkSchema,
  'lock-file': checkLockFile,
  verify,
  journey: program('e2e/journey/main.ts'),
  bench: program('bench/main.ts'),
}

const [name = '', ...args] = process.argv.slice(2)
const command = commands[name]
if (command === undefined) {
  console.error(messages.unknownCommand(name, Object.keys(commands)))
  process.exit(1)
}

try {
  process.exit(await command(args))
} catch (error) {
  const isExplained = error instanceof CannotStart || error instanceof DatabaseFromOtherMigrations
  console.error(isExplained ? error.message : error)
  process.exit(1)
}

/** A program in another folder that exports `main(args)`. Loaded only when it is needed. */
function program(file: string): (args: string[]) => Promise<number> {
  return async (args) => {
    const { main } = (await import(join(projectDir, file))) as { main: (args: string[]) => Promise<number> }
    return main(args)
  }
}
