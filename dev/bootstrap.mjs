// Runs on any Node from 20 and with nothing installed: installs the packages when some are missing, then runs dev/cli.ts
// on the Node version that package-lock.json names.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { install, unmetRequirement } from './bootstrap/install.mjs'
import { messages } from './bootstrap/messages.mjs'
import { run } from './bootstrap/run.mjs'
import { printSteps } from './bootstrap/steps.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const node = join(root, 'node_modules', 'node', 'bin', 'node')

const problem = unmetRequirement(process.platform, process.versions.node) ?? (await install(root, node, printSteps()))
if (problem !== undefined) {
  console.error(problem)
  process.exit(1)
}

// The channel tells the child when this process ends, for whatever reason.
const stdio = ['inherit', 'inherit', 'inherit', 'ipc']
try {
  // Node warns when it imports WebAssembly, and Prisma's engine is WebAssembly.
  const args = ['--disable-warning=ExperimentalWarning', join(root, 'dev', 'cli.ts'), ...process.argv.slice(2)]
  process.exit(await run(node, args, { stdio }))
} catch (error) {
  console.error(messages.cannotRun(node, error.message))
  process.exit(1)
}
