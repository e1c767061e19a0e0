/**
 * Installs the gateways that ours is measured beside into `.holdfast/bench/rivals`, in the versions that package.json here
 * pins. They bring some 950 packages, which nobody who does not run this bench should have to install.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname
export const installed = join(here, '..', '..', '.holdfast', 'bench', 'rivals')
const files = ['package.json', 'stock.mjs', 'hive.config.mjs']

interface Versions {
  readonly stock: string
  readonly hive: string
}

/** Answers the version of each. */
export function installRivals(): Versions {
  mkdirSync(installed, { recursive: true })
  for (const file of files) cpSync(join(here, file), join(installed, file))
  if (!isInstalled()) {
    console.error(`Installing the other gateways into ${installed} (650 MB, a minute or two) ...`)
    // Named, for npm hands the folder of the project on to what it runs.
    const args = ['install', '--prefix', installed, '--ignore-scripts', '--no-audit', '--no-fund']
    const { status } = spawnSync('npm', args, { cwd: installed, stdio: 'inherit', shell: process.platform === 'win32' })
    if (status !== 0) throw new Error('npm install failed')
  }
  return { stock: versionOf('@apollo/gateway'), hive: versionOf('@graphql-hive/gateway') }
}

/** npm writes its list last. */
function isInstalled(): boolean {
  const list = join(installed, 'node_modules', '.package-lock.json')
  if (!existsSync(list)) return false
  const { packages } = JSON.parse(readFileSync(list, 'utf8'))
  const { dependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'))
  return Object.entries(dependencies).every(([name, version]) => packages[`node_modules/${name}`]?.version === version)
}

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(installed, 'node_modules', name, 'package.json'), 'utf8')).version
