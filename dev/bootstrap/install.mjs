import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messages } from './messages.mjs'
import { run } from './run.mjs'

/** Why Holdfast cannot be started on this platform or by this version of Node, in one sentence; undefined if it can. */
export function unmetRequirement(platform, nodeVersion) {
  // There is no Redis for Windows, and processes are paused and stopped by signals that Windows does not have.
  if (platform === 'win32') return messages.windows
  return Number.parseInt(nodeVersion, 10) < 20 ? messages.nodeTooOld(nodeVersion) : undefined
}

/** Installs what package-lock.json names, unless it is installed. Returns what went wrong, in one sentence; undefined if nothing did. */
export async function install(root, node, steps) {
  if (isInstalled(root, node)) return undefined
  const required = Object.keys(requiredPackages(root)).filter((path) => path.includes('node_modules/'))
  const installedNow = () =>
    messages.installed(required.filter((path) => existsSync(join(root, path, 'package.json'))).length, required.length)
  // The steps show progress. npm's warnings are about the Node that runs npm, not the one that runs Holdfast. Errors are shown.
  const args = ['ci', '--no-audit', '--no-fund', '--no-progress', '--no-update-notifier', '--loglevel=error']
  const npm = async () => {
    const code = await run('npm', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
    if (code !== 0) throw new Error(messages.installFailed)
    if (!existsSync(node)) throw new Error(messages.nodeMissing)
  }
  try {
    await steps.step('packages', messages.installing, npm, installedNow)
  } catch (error) {
    return error.message
  }
}

/** Whether every required package is installed in its version. */
function isInstalled(root, node) {
  const written = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(node) || !existsSync(written)) return false
  const installed = packagesIn(written)
  return Object.entries(requiredPackages(root)).every(
    ([path, { version }]) => path in installed && installed[path].version === version,
  )
}

/** Without those that only some platforms need. */
function requiredPackages(root) {
  const packages = Object.entries(packagesIn(join(root, 'package-lock.json')))
  return Object.fromEntries(packages.filter(([path, { optional, devOptional }]) => path && !optional && !devOptional))
}

const packagesIn = (path) => JSON.parse(readFileSync(path, 'utf8')).packages
