import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** Runs a command, forwards signals to it and resolves with its exit code. */
export function run(command, args, options) {
  const child = spawn(command, args, options)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  if (process.env.npm_lifecycle_event !== undefined) {
    // npm ends on SIGTERM without passing it on.
    const npm = process.ppid
    setInterval(() => process.ppid !== npm && child.kill('SIGTERM'), 500).unref()
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })
}
