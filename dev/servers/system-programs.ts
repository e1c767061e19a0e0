import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { holdfastDir } from '../files/paths.ts'

/** Servers that npm cannot bring. */
export const systemPrograms = ['redis-server', 'mosquitto'] as const
export type SystemProgram = (typeof systemPrograms)[number]

// Debian keeps mosquitto where a plain user's PATH does not look; Homebrew likewise.
const besidesPath = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/opt/homebrew/sbin', '/usr/local/bin']
const unpacked = join(holdfastDir, 'debian')

/** Where the program is and the environment it needs. Throws with what to do when it is not on this machine; see `provide`. */
export function findProgram(program: SystemProgram): { command: string; env: NodeJS.ProcessEnv } {
  const found = find(program)
  if (found === undefined) throw new Error(whatToDo(program))
  return found
}

/** Sees to it that all of them can be started: found, installed from Debian, or unpacked from Debian's packages into the
 * project. `say` hears what is being waited for. Throws one sentence that says what to install. */
export function installMissing(programs: readonly SystemProgram[], say: (what: string) => void): void {
  const missing = programs.filter((program) => find(program) === undefined)
  if (missing.length === 0) return
  const [first = 'redis-server'] = missing
  if (apt(['--version']).status !== 0) throw new Error(whatToDo(first))
  // Where systemd runs, installing would start daemons nobody asked for; unpacking does not.
  const install = process.getuid?.() === 0 && !existsSync('/run/systemd/system')
  say(`${install ? 'installing' : 'unpacking'} ${missing.join(' and ')} from Debian`)
  if (install) aptInstall(missing)
  else aptUnpack(missing)
  const still = missing.find((program) => find(program) === undefined)
  if (still !== undefined) throw new Error(whatToDo(still))
}

function find(program: SystemProgram): { command: string; env: NodeJS.ProcessEnv } | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...besidesPath]
  const system = folders.map((folder) => join(folder, program)).find(isExecutable)
  if (system !== undefined) return { command: system, env: process.env }
  const own = ['usr/bin', 'usr/sbin'].map((folder) => join(unpacked, folder, program)).find(isExecutable)
  if (own === undefined) return undefined
  return { command: own, env: { ...process.env, LD_LIBRARY_PATH: libraryFolders().join(':') } }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const libraryFolders = () =>
  ['usr/lib', 'lib']
    .map((folder) => join(unpacked, folder))
    .filter(existsSync)
    .flatMap((folder) => [
      folder,
      ...readdirSync(folder)
        .filter((name) => name.includes('-linux-'))
        .map((name) => join(folder, name)),
    ])

function aptInstall(packages: readonly string[]): void {
  apt(['update'])
  check(apt(['install', '-y', '--no-install-recommends', ...packages]), packages)
}

/** Works without root: apt's own lists, cache and locks are kept in the project; only the list of what is installed is the system's. */
function aptUnpack(packages: readonly string[]): void {
  const state = join(holdfastDir, 'apt')
  const downloads = join(state, 'downloads')
  for (const folder of ['lists/partial', 'cache/archives/partial', 'downloads'])
    mkdirSync(join(state, folder), { recursive: true })
  const own = [
    ...['-o', `Dir::State::lists=${state}/lists`, '-o', `Dir::Cache=${state}/cache`],
    ...['-o', 'Debug::NoLocking=1', '-o', 'APT::Sandbox::User='],
  ]
  check(apt([...own, 'update']), packages)
  const plan = check(apt([...own, 'install', '--simulate', '--no-install-recommends', ...packages]), packages)
  const needed = [...plan.matchAll(/^Inst (\S+)/gm)].flatMap(([, name]) => name ?? [])
  check(apt([...own, 'download', ...needed], downloads), packages)
  for (const file of readdirSync(downloads)) {
    const run = spawnSync('dpkg', ['-x', join(downloads, file), unpacked], { encoding: 'utf8', timeout: 60_000 })
    if (run.status !== 0) throw new Error(`dpkg could not unpack ${file}:\n${run.stderr}`)
  }
  rmSync(state, { recursive: true })
}

const apt = (args: string[], cwd?: string) =>
  spawnSync('apt-get', ['-q', ...args], {
    cwd,
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
  })

function check(run: ReturnType<typeof apt>, packages: readonly string[]): string {
  if (run.status === 0) return run.stdout
  const said = `${run.stdout ?? ''}${run.stderr ?? ''}`.trim().split('\n').slice(-5).join('\n')
  throw new Error(
    `Could not get ${packages.join(' and ')} from Debian.\n${said}\n${packages.map((name) => whatToDo(name as SystemProgram)).join('\n')}`,
  )
}

const whatToDo = (program: SystemProgram) => {
  const [url, name] = program === 'mosquitto' ? ['MQTT_URL', 'mosquitto'] : ['REDIS_URL', 'redis']
  return `${program} is not on this machine: install it (apt-get install ${program}, brew install ${name}), set ${url} to one that runs, or use docker compose up.`
}
