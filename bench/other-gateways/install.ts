/**
 * Installs the gateways that Holdfast is compared with into `.holdfast/bench/other-gateways`, in the versions of the
 * package.json beside this file. They are not in the workspace, because they bring about 950 packages.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const sourceDir = import.meta.dirname
export const installDir = join(sourceDir, '..', '..', '.holdfast', 'bench', 'other-gateways')
const files = ['package.json', 'apollo-gateway.mjs', 'hive.config.mjs']

interface Versions {
  readonly apolloGateway: string
  readonly hiveGateway: string
}

/** Returns the installed versions. */
export function installOtherGateways(): Versions {
  mkdirSync(installDir, { recursive: true })
  for (const file of files) cpSync(join(sourceDir, file), join(installDir, file))
  if (!isInstalled()) {
    console.error(`Installing the other gateways into ${installDir} (650 MB, one or two minutes) ...`)
    // `--prefix` is needed: npm passes the project's folder on to the npm that it starts.
    const args = ['install', '--prefix', installDir, '--ignore-scripts', '--no-audit', '--no-fund']
    const { status } = spawnSync('npm', args, {
      cwd: installDir,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    })
    if (status !== 0) throw new Error('npm install failed')
  }
  return { apolloGateway: installedVersion('@apollo/gateway'), hiveGateway: installedVersion('@graphql-hive/gateway') }
}

/** npm writes `.package-lock.json` last, so an interrupted installation does not count. */
function isInstalled(): boolean {
  const lockFile = join(installDir, 'node_modules', '.package-lock.json')
  if (!existsSync(lockFile)) return false
  const { packages } = JSON.parse(readFileSync(lockFile, 'utf8'))
  const { dependencies } = JSON.parse(readFileSync(join(sourceDir, 'package.json'), 'utf8'))
  return Object.entries(dependencies).every(([name, version]) => packages[`node_modules/${name}`]?.version === version)
}

const installedVersion = (name: string): string =>
  JSON.parse(readFileSync(join(installDir, 'node_modules', name, 'package.json'), 'utf8')).version
