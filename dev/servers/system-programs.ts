import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CannotStart, messages } from '../messages.ts'
import { installFromDebian, unpackedPrograms } from './debian-packages.ts'

/** Servers that npm cannot install. Debian's packages have the same names. */
export const systemPrograms = ['redis-server', 'mosquitto'] as const
export type SystemProgram = (typeof systemPrograms)[number]
export type FoundProgram = { command: string; env: NodeJS.ProcessEnv }

// Debian and Homebrew keep mosquitto where the PATH of an ordinary user does not lead.
const foldersBesidesPath = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/opt/homebrew/sbin', '/usr/local/bin']

/** Where the program is, and the environment it needs. Throws CannotStart if it is not on this machine; see `installMissing`. */
export function findProgram(program: SystemProgram): FoundProgram {
  const found = find(program)
  if (found === undefined) throw missing(program)
  return found
}

/** Installs those of the programs that are not on this machine, where apt-get can do it. `say` is called before something
 * that takes long. Throws CannotStart if that does not succeed. */
export async function installMissing(programs: readonly SystemProgram[], say: (line: string) => void): Promise<void> {
  const absent = programs.filter((program) => find(program) === undefined)
  const [first] = absent
  if (first === undefined) return
  if (!(await installFromDebian(absent, say))) throw missing(first)
  for (const program of absent) findProgram(program)
}

function find(program: SystemProgram): FoundProgram | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...foldersBesidesPath]
  const inFolders = (paths: readonly string[]) => paths.map((folder) => join(folder, program)).find(isExecutable)
  const command = inFolders(folders)
  if (command !== undefined) return { command, env: process.env }
  const unpacked = inFolders(unpackedPrograms.folders)
  return unpacked === undefined ? undefined : { command: unpacked, env: { ...process.env, ...unpackedPrograms.env() } }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function missing(program: SystemProgram): CannotStart {
  const [variable, brewName] = program === 'mosquitto' ? ['MQTT_URL', 'mosquitto'] : ['REDIS_URL', 'redis']
  return new CannotStart(messages.programMissing(program, brewName, variable))
}
