/** A Node process whose CPU time and memory are measured while it works. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ResourceUsage } from './report-resource-usage.ts'

/** Logs and other files of this run. `startSampleSubgraphs` removes it at the end. */
export const benchDir = join(tmpdir(), `holdfast-bench-${process.pid}`)

export interface MeasuredProcess extends AsyncDisposable {
  readonly name: string
  /** With `afterGarbageCollection`, the memory includes only what is in use. */
  usage(afterGarbageCollection?: boolean): Promise<ResourceUsage>
  send(message: object): void
  /** This member of the next message that has it. Rejects if the process ends, or sends none within `timeoutMs`. */
  receive<T>(member: string, timeoutMs?: number): Promise<T>
}

export interface ProcessOptions {
  readonly name: string
  readonly entry: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

const messageTimeoutMs = 20_000
const loggedCharacters = 2_000 // as many of the log's last characters are in an error message

/** Starts the process with its output in a file. Error messages contain the end of that file. */
export function startMeasuredProcess({ name, entry, args = [], env = {}, cwd }: ProcessOptions): MeasuredProcess {
  mkdirSync(benchDir, { recursive: true })
  const logFile = join(benchDir, `${name}.log`)
  const log = openSync(logFile, 'w')
  const reporter = join(import.meta.dirname, 'report-resource-usage.ts')
  const child = spawn(process.execPath, ['--import', reporter, entry, ...args], {
    // Without the variables of the shell, so that every run has the same environment.
    env: { PATH: process.env['PATH'], SystemRoot: process.env['SystemRoot'], NODE_ENV: 'production', ...env },
    cwd: cwd ?? dirname(entry),
    stdio: ['ignore', log, log, 'ipc'],
  })
  closeSync(log)

  const receive = <T>(member: string, timeoutMs = messageTimeoutMs) =>
    new Promise<T>((resolve, reject) => {
      const stopWaiting = () => {
        clearTimeout(timer)
        child.off('message', onMessage)
        child.off('exit', onExit)
      }
      const onMessage = (message: object) => {
        if (!(member in message)) return
        stopWaiting()
        resolve(message[member as keyof typeof message])
      }
      const fail = (reason: string) => {
        stopWaiting()
        const output = readFileSync(logFile, 'utf8').slice(-loggedCharacters)
        reject(new Error(`${name} ${reason}. The end of its output: ${output}`))
      }
      const onExit = () => fail('has ended')
      const timer = setTimeout(() => fail(`sent no "${member}" within ${timeoutMs} ms`), timeoutMs)
      child.on('message', onMessage)
      child.once('exit', onExit)
      if (hasEnded(child)) onExit()
    })

  return {
    name,
    receive,
    usage: (afterGarbageCollection = false) => {
      const usage = receive<ResourceUsage>('usage')
      child.send(afterGarbageCollection ? 'usage after garbage collection' : 'usage', () => undefined)
      return usage
    },
    send: (message) => void child.send(message, () => undefined), // If the process has ended, the next `receive` rejects.
    [Symbol.asyncDispose]: async () => {
      if (hasEnded(child)) return
      child.kill('SIGKILL') // It has nothing to finish.
      await once(child, 'exit')
    },
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null
