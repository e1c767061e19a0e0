import { type ExecFileException, execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { holdfastDir } from '../files.ts'
import { CannotStart, messages } from '../messages.ts'

const unpackedDir = join(holdfastDir, 'debian')

/** Programs that were unpacked into the project, and the environment in which they find their libraries. */
export const unpackedPrograms = {
  folders: ['usr/bin', 'usr/sbin'].map((folder) => join(unpackedDir, folder)),
  env: (): NodeJS.ProcessEnv => ({ LD_LIBRARY_PATH: libraryFolders().join(':') }),
}

/** Installs packages, or without root unpacks them into the project. False where there is no apt-get. */
export async function installFromDebian(packages: readonly string[], say: (line: string) => void): Promise<boolean> {
  if (!(await hasApt())) return false
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
  return true
}

function libraryFolders(): string[] {
  const folders = ['usr/lib', 'lib'].map((folder) => join(unpackedDir, folder)).filter(existsSync)
  const ofPlatform = (folder: string) => readdirSync(folder).filter((name) => name.includes('-linux-'))
  return folders.flatMap((folder) => [folder, ...ofPlatform(folder).map((name) => join(folder, name))])
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
