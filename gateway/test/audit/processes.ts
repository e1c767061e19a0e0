/** Programs that the audit runs. Each has a time limit, and ends when the audit is stopped. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { environment } from './config.ts'

const graceMs = 3_000
const outputKept = 4_000 // characters of the end, which is where a program says why it failed

export interface Started extends AsyncDisposable {
  readonly child: ChildProcess
  /** The end of its output. */
  output(): string
}

/** Starts a program that runs until it is disposed of. */
export function start(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(command, args, { env: { ...environment, ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-outputKept)
    })
  const ended = once(child, 'close').catch(() => undefined)
  return {
    child,
    output: () => output,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill()
      const killing = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await ended
      clearTimeout(killing)
    },
  }
}

/** Runs a program to its end and resolves to its output. Rejects when it fails, is too slow, or the audit is stopped. */
export async function run(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd?: string
    readonly env?: Readonly<Record<string, string>>
    readonly timeoutMs: number
    readonly signal: AbortSignal
    /** Whether its output counts even when it fails. */
    readonly mayFail?: boolean
  },
): Promise<string> {
  const { cwd, env, timeoutMs, signal, mayFail = false } = options
  const child = spawn(command, args, {
    cwd,
    env: { ...environment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    shell: process.platform === 'win32' && command === 'npm', // On Windows npm is a script.
  })
  const written = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written.err = (written.err + text).slice(-outputKept)
  })
  const said = () => `${command} ${args.join(' ')}: ${written.err || written.out.slice(-outputKept)}`
  const [code] = await once(child, 'close').catch((err: unknown) => {
    throw new Error(said(), { cause: err })
  })
  if (code !== 0 && !mayFail) throw new Error(said())
  return written.out.trim()
}
