import { type ExecFileException, execFile } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { holdfastDir } from '../files.ts'
import { CannotStart, messages } from '../messages.ts'

/** Servers that npm cannot install: their programs, which Debian's packages are named after, and their names at Homebrew. */
const programs = {
  redis: { program: 'redis-server', brewName: 'redis', variable: 'REDIS_URL' },
  mosquitto: { program: 'mosquitto', brewName: 'mosquitto', variable: 'MQTT_URL' },
}
type FoundProgram = { command: string; env: NodeJS.ProcessEnv }
export type SystemServer = keyof typeof programs
export const systemServers: readonly SystemServer[] = ['redis', 'mosquitto']

// Debian and Homebrew keep mosquitto where the PATH of an ordinary user does not lead.
const foldersBesidesPath = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/opt/homebrew/sbin', '/usr/local/bin']

/** Holds what was unpacked without root. */
const unpackedDir = join(holdfastDir, 'debian')

/** Where the server's program is, and the environment it needs. Throws CannotStart if it is not on this machine; see
 * `installMissing`. */
export function findProgram(server: SystemServer): FoundProgram {
  const { program, brewName, variable } = programs[server]
  const found = find(program)
  if (found === undefined) throw new CannotStart(messages.programMissing(program, brewName, variable))
  return found
}

/** Installs those of the servers that are not on this machine, where apt-get can do it. `say` is called before something
 * that takes long. Throws CannotStart if that does not succeed. */
export async function installMissing(servers: readonly SystemServer[], say: (line: string) => void): Promise<void> {
  const absent = servers.map((server) => programs[server].program).filter((program) => find(program) === undefined)
  if (absent.length > 0 && (await hasApt())) await installFromDebian(absent, say)
  for (const server of servers) findProgram(server)
}

function find(program: string): FoundProgram | undefined {
  const inFolders = (folders: readonly string[]) => folders.map((folder) => join(folder, program)).find(isExecutable)
  const command = inFolders([...(process.env['PATH'] ?? '').split(delimiter), ...foldersBesidesPath])
  if (command !== undefined) return { command, env: process.env }
  const unpacked = inFolders(['usr/bin', 'usr/sbin'].map((folder) => join(unpackedDir, folder)))
  if (unpacked === undefined) return undefined
  return { command: unpacked, env: { ...process.env, LD_LIBRARY_PATH: unpackedLibraryFolders().join(':') } }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function unpackedLibraryFolders(): string[] {
  const folders = ['usr/lib', 'lib'].map((folder) => join(unpackedDir, folder)).filter(existsSync)
  const ofPlatform = (folder: string) => readdirSync(folder).filter((name) => name.includes('-linux-'))
  return folders.flatMap((folder) => [folder, ...ofPlatform(folder).map((name) => join(folder, name))])
}

/** Installs packages, or without root unpacks them into the project. */
async function installFromDebian(packages: readonly string[], say: (line: string) => void): Promise<void> {
  // Where systemd runs, installing would also start the servers as daemons; unpacking does not.
  const install = process.getuid?.() === 0 && !existsSync('/run/systemd/system')
  say(`  ${install ? messages.step.installing(packages) : messages.step.unpacking(packages)}`)
  try {
    await (install ? aptInstall(packages) : aptUnpack(packages))
  } catch (error) {
    const { stdout, stderr, message } = error as ExecFileException
    const output = `${stdout ?? ''}${stderr ?? ''}`.trim() || message
    throw new CannotStart(messages.debianFailed(packages, output.split('\n').slice(-5).join('\n')))
  }
}

async function aptInstall(packages: readonly string[]): Promise<void> {
  // When it fails, the lists that are there may still do.
  await apt(['update']).catch(() => undefined)
  await apt(['install', '-y', '--no-install-recommends', ...packages])
}

/** Needs no root: apt keeps its lists, cache and locks in the project. Only the list of installed packages is the system's. */
async function aptUnpack(packages: readonly string[]): Promise<void> {
  const state = join(holdfastDir, 'apt')
  const downloads = join(state, 'downloads')
  for (const folder of ['lists/partial', 'cache/archives/partial', 'downloads'])
    mkdirSync(join(state, folder), { recursive: true })
  const own = [
    ...['-o', `Dir::State::lists=${state}/lists`, '-o', `Dir::Cache=${state}/cache`],
    ...['-o', 'Debug::NoLocking=1', '-o', 'APT::Sandbox::User='],
  ]
  await apt([...own, 'update'])
  const plan = await apt([...own, 'install', '--simulate', '--no-install-recommends', ...packages])
  const needed = [...plan.matchAll(/^Inst (\S+)/gm)].flatMap(([, name]) => name ?? [])
  await apt([...own, 'download', ...needed], downloads)
  for (const file of readdirSync(downloads)) {
    await promisify(execFile)('dpkg', ['-x', join(downloads, file), unpackedDir], { timeout: 60_000 })
  }
  rmSync(state, { recursive: true })
}

const hasApt = () =>
  apt(['--version']).then(
    () => true,
    () => false,
  )

async function apt(args: readonly string[], cwd?: string): Promise<string> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }
  const { stdout } = await promisify(execFile)('apt-get', ['-q', ...args], { cwd, timeout: 300_000, env })
  return stdout
}
