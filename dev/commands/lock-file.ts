import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectDir } from '../files.ts'
import { messages } from '../messages.ts'

/** `npm run drift:lock-file`: whether `npm ci` accepts package-lock.json, here and on every other platform. */
export async function checkLockFile(): Promise<number> {
  const missing = missingOptionalPackages(JSON.parse(readFileSync(join(projectDir, 'package-lock.json'), 'utf8')))
  if (missing.length > 0) {
    console.error(messages.lockFileIncomplete(missing))
    return 1
  }
  const args = ['ci', '--dry-run', '--ignore-scripts', '--no-audit', '--loglevel=error']
  const { status, stderr } = spawnSync('npm', args, { cwd: projectDir, encoding: 'utf8', timeout: 120_000 })
  if (status !== 0) console.error(messages.lockFileRefused(stderr))
  else console.log(messages.lockFileComplete)
  return status === 0 ? 0 : 1
}

type LockFile = { packages: Record<string, { optionalDependencies?: Record<string, string> }> }

/** The optional packages, mostly native parts for one platform each, that some package names and the lock file does not. */
export function missingOptionalPackages({ packages }: LockFile): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !foldersAbove(path).some((folder) => `${folder}node_modules/${name}` in packages),
    ),
  )
}

/** Where Node looks for what the package at this path requires: its own folder and those above. */
function foldersAbove(path: string): string[] {
  if (path === '') return ['']
  const above = path.slice(0, Math.max(0, path.lastIndexOf('node_modules/')))
  return [`${path}/`, ...foldersAbove(above.replace(/\/$/, ''))]
}
