import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { commit } from './config.ts'
import { run } from './processes.ts'

const place = join(import.meta.dirname, '../../../.holdfast/federation-gateway-audit')
const cloneMs = 180_000
const installMs = 600_000

/**
 * The folder of the audit's checkout, with its dependencies installed: the given folder unchanged, or a clone of the pinned commit, which
 * is kept for later runs.
 */
export async function auditFolder(
  given: string | undefined,
  remote: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  if (given) {
    const folder = resolve(given)
    if (existsSync(join(folder, 'node_modules', 'tsx'))) return folder
    throw new Error(`${folder} is no checkout of the audit in which npm install has run`)
  }
  if (existsSync(join(place, 'node_modules', '.package-lock.json')) && (await head(signal)) === commit) return place
  say(`fetching ${remote} at ${commit.slice(0, 7)}`)
  await rm(place, { recursive: true, force: true })
  await mkdir(place, { recursive: true })
  const git = (...args: string[]) => run('git', args, { cwd: place, timeoutMs: cloneMs, signal })
  await git('init', '--quiet')
  await git('fetch', '--quiet', '--depth', '1', remote, commit)
  await git('checkout', '--quiet', '--detach', commit)
  await keepWhatRuns(join(place, 'package.json'))
  say('npm install')
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'], {
    cwd: place,
    timeoutMs: installMs,
    signal,
  })
  return place
}

const head = (signal: AbortSignal) =>
  run('git', ['rev-parse', 'HEAD'], { cwd: place, timeoutMs: 10_000, signal }).catch(() => undefined)

/** Without development dependencies: they are the gateways that the audit compares, ten times the size of the rest. */
async function keepWhatRuns(manifest: string): Promise<void> {
  const { devDependencies, ...rest } = JSON.parse(await readFile(manifest, 'utf8'))
  const { tsx, graphql } = devDependencies
  await writeFile(manifest, JSON.stringify({ ...rest, dependencies: { ...rest.dependencies, tsx, graphql } }))
}
