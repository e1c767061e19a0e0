// The one file that must run on any Node from 20 and with nothing installed: installs what package-lock.json says when
// something of it is missing, then hands over to dev/cli.ts on the Node version that the project pins.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const node = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`Holdfast needs Node 20 or newer to start; this is ${process.versions.node}.`)
  process.exit(1)
}

install()

// Node warns when it imports WebAssembly, and Prisma's engine is WebAssembly.
const args = ['--disable-warning=ExperimentalWarning', join(root, 'dev', 'cli.ts'), ...process.argv.slice(2)]
const child = spawn(node, args, {
  // The channel tells it when this process is gone, however that came.
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
if (process.env.npm_lifecycle_event !== undefined) {
  // npm ends on SIGTERM without passing it on.
  const npm = process.ppid
  setInterval(() => process.ppid !== npm && child.kill('SIGTERM'), 500).unref()
}
child.on('error', (error) => {
  console.error(`${node} could not be run: ${error.message}. Remove node_modules and try again.`)
  process.exit(1)
})
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))

function install() {
  if (isInstalled()) return
  console.log('  … dependencies: npm install')
  // Not npm ci: it refuses a lock that lacks the optional packages of platforms other than the one it was written on.
  const args = ['install', '--no-save', '--no-audit', '--no-fund']
  const { status } = spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) {
    console.error('npm install failed; nothing was started.')
    process.exit(1)
  }
}

/** Whether every package of the lock is there in its version. What only some platforms have is left to npm. */
function isInstalled() {
  const written = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(node) || !existsSync(written)) return false
  const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages
  const installed = packagesOf(written)
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, wanted]) =>
      path === '' || wanted.optional || wanted.devOptional || installed[path]?.version === wanted.version,
  )
}
