/** A Node process that is watched from outside while it works. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Usage } from './usage-probe.ts'

/** For logs and the like, of this run alone; whoever starts the subgraphs removes it at the end. */
export const folder = join(tmpdir(), `holdfast-bench-${process.pid}`)

export interface Measured extends AsyncDisposable {
  readonly name: string
  /** With `collected` after a full garbage collection: only memory that is in use. */
  usage(collected?: boolean): Promise<Usage>
  send(message: object): void
  /** The next message that has this member; rejects when the process ends or says nothing for `timeoutMs`. */
  told<T>(member: string, timeoutMs?: number): Promise<T>
}

export interface NodeProcess {
  readonly name: string
  readonly entry: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

const answerMs = 20_000
const printedTold = 2_000 // characters

/** Starts it; what it prints goes to a file, as it would for a user, and its end into the error when something goes wrong. */
export function startNode({ name, entry, args = [], env = {}, cwd }: NodeProcess): Measured {
  mkdirSync(folder, { recursive: true })
  const logFile = join(folder, `${name}.log`)
  const log = openSync(logFile, 'w')
  const child = spawn(process.execPath, ['--import', join(import.meta.dirname, 'usage-probe.ts'), entry, ...args], {
    // Nothing of the shell's: every run is told the same.
    env: { PATH: process.env['PATH'], SystemRoot: process.env['SystemRoot'], NODE_ENV: 'production', ...env },
    cwd: cwd ?? dirname(entry),
    stdio: ['ignore', log, log, 'ipc'],
  })
  closeSync(log)

  const told = <T>(member: string, timeoutMs = answerMs) =>
    new Promise<T>((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer)
        child.off('message', hear)
        child.off('exit', ended)
      }
      const hear = (message: object) => {
        if (!(member in message)) return
        settle()
        resolve(message[member as keyof typeof message])
      }
      const fail = (what: string) => {
        settle()
        reject(new Error(`${name} ${what}. It printed at last: ${readFileSync(logFile, 'utf8').slice(-printedTold)}`))
      }
      const ended = () => fail('has ended')
      const timer = setTimeout(() => fail(`did not tell its ${member} within ${timeoutMs} ms`), timeoutMs)
      child.on('message', hear)
      child.once('exit', ended)
      if (isOver(child)) ended()
    })

  return {
    name,
    told,
    usage: (collected = false) => {
      const usage = told<Usage>('usage')
      child.send(collected ? 'usage without garbage' : 'usage', () => undefined)
      return usage
    },
    send: (message) => void child.send(message, () => undefined), // That it has ended is told to who waits for its answer.
    [Symbol.asyncDispose]: async () => {
      if (isOver(child)) return
      child.kill('SIGKILL') // It has nothing to bring to an end.
      await once(child, 'exit')
    },
  }
}

const isOver = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null
