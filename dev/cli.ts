import { join } from 'node:path'
import { DatabaseFromOtherMigrations } from '@holdfast/database/migrate'
import { projectDir } from './places.ts'
import { reset } from './reset.ts'
import { DidNotStart } from './server.ts'
import { CannotStart } from './stack.ts'
import { start } from './start.ts'
import { checkSchema, test, updateSchema } from './test.ts'
import { verify } from './verify.ts'

/** What `node dev/bootstrap.mjs <command>` can do. Each gives the exit code. */
const commands: Record<string, (args: string[]) => Promise<number>> = {
  start,
  reset,
  test,
  schema: updateSchema,
  drift: checkSchema,
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
  const saysAll = [CannotStart, DidNotStart, DatabaseFromOtherMigrations].some((kind) => error instanceof kind)
  console.error(saysAll ? (error as Error).message : error)
  process.exit(1)
}

/** A program of another folder that exports `main(args)`, loaded only when it is asked for. */
function program(file: string): (args: string[]) => Promise<number> {
  return async (args) => {
    const { main } = (await import(join(projectDir, file))) as { main: (args: string[]) => Promise<number> }
    return main(args)
  }
}
