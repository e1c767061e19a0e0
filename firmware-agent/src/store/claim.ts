import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * Takes a directory for this process; throws when another one has it. Of two agents that write one journal, the second
 * would replace the file under the first, and what the first promised to remember would be lost.
 *
 * The lock is the operating system's, by way of an empty SQLite file: it ends with the process, however that ends, and
 * does not depend on process ids, which two containers that share a volume count each for itself.
 */
export function claim(directory: string): Disposable {
  const database = new DatabaseSync(join(directory, 'claim'), { timeout: 0 })
  try {
    database.exec('begin exclusive')
  } catch (cause) {
    database.close()
    throw new Error(`${directory} cannot be claimed: another agent has it, or it is not writable`, { cause })
  }
  return { [Symbol.dispose]: () => database.close() }
}
