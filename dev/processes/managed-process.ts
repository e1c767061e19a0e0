import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writePrivateFile } from '../files.ts'
import { CannotStart, messages } from '../messages.ts'
import { descendants, isAlive, sendSignal, startTimeOf } from './process-table.ts'

/** What to run, and how to know that it answers. */
export type Program = {
  /** Short and unique. */
  name: string
  command: string
  args: string[]
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** To run it as another user; only root can. */
  uid?: number
  gid?: number
  /** Gets stdout and stderr, appended. */
  logFile: string
  /** Written while it runs: {"pid", "startedAt"}. By it the next start finds what a killed one left running. */
  pidFile?: string
  /** Runs before each start. */
  prepare?: () => void | Promise<void>
  /** Resolves once the process with this pid answers, and not another one on the same port. Rejects until then, and is
   * called again until readyTimeoutMs. */
  ready: (pid: number) => Promise<void>
  readyTimeoutMs?: number
  stopSignal?: NodeJS.Signals
  /** From the stop signal to SIGKILL. */
  graceMs?: number
}

export type Exit = { code: number | null; signal: NodeJS.Signals | null }

/** A program that runs as a child of this process, in its own process group: Ctrl-C in the terminal does not reach it. */
export class ManagedProcess {
  readonly name: string
  readonly #program: Program
  #child: ChildProcess | undefined
  #running = false
  #exited: Promise<Exit> = Promise.resolve({ code: null, signal: null })
  /** Where the log of the current or last run begins. */
  #logStart = 0

  constructor(program: Program) {
    this.name = program.name
    this.#program = program
  }

  /** Of the current or last run. Throws before the first. */
  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error(`${this.name} was never started`)
    return this.#child.pid
  }

  get running(): boolean {
    return this.#running
  }

  /** Resolves when the current run ends, however it ends. */
  get exited(): Promise<Exit> {
    return this.#exited
  }

  /** Starts it and waits until it answers. If it does not, throws CannotStart with its last output and leaves nothing running. */
  async start(): Promise<void> {
    if (this.#running) return
    await this.#program.prepare?.()
    this.#launch()
    if (this.#child?.pid === undefined) throw new CannotStart(messages.notRunnable(this.name, this.#program.command))
    await this.#untilReady()
  }

  /** Sends SIGKILL to it and its descendants. Resolves when all have ended. */
  async kill(): Promise<void> {
    if (!this.#running) return
    const family = this.#signalFamily('SIGKILL')
    await this.#exited
    while (family.some(isAlive)) await sleep(5)
  }

  /** Freezes it and its descendants: connections stay open and nothing answers. */
  async pause(): Promise<void> {
    this.#signalFamily('SIGSTOP')
  }

  async resume(): Promise<void> {
    this.#signalFamily('SIGCONT')
  }

  /** Stops it if it runs, and starts it again: same port, same data. */
  async restart(): Promise<void> {
    await this.#stop()
    await this.start()
  }

  /** Sends the stop signal, and SIGKILL when it still runs after graceMs. */
  stop(): Promise<void> {
    return this.#stop()
  }

  /** What `restart` also calls, where a test's server replaces `stop` by one that also removes its folder. */
  async #stop(): Promise<void> {
    if (!this.#running) return
    const { stopSignal = 'SIGTERM', graceMs = 10_000 } = this.#program
    await this.resume()
    sendSignal(this.pid, stopSignal)
    const inTime = await Promise.race([this.#exited.then(() => true), sleep(graceMs, false, { ref: false })])
    if (!inTime) await this.kill()
  }

  /** The last lines it wrote in its current or last run. */
  logs(lines = 20): string {
    const { logFile } = this.#program
    if (!existsSync(logFile)) return ''
    return readFileSync(logFile)
      .subarray(this.#logStart)
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .slice(-lines)
      .join('\n')
  }

  #launch(): void {
    const { command, args, cwd, env = process.env, uid, gid, logFile, pidFile } = this.#program
    mkdirSync(dirname(logFile), { recursive: true })
    this.#logStart = existsSync(logFile) ? statSync(logFile).size : 0
    const log = openSync(logFile, 'a', 0o600)
    const child = spawn(command, args, { cwd, env, uid, gid, detached: true, stdio: ['ignore', log, log] })
    closeSync(log)
    this.#child = child
    this.#running = true
    this.#exited = new Promise((resolve) => {
      const ended = (code: number | null, signal: NodeJS.Signals | null) => {
        this.#running = false
        if (pidFile !== undefined) rmSync(pidFile, { force: true })
        resolve({ code, signal })
      }
      child.once('exit', ended)
      child.once('error', () => child.pid === undefined && ended(null, null))
    })
    if (child.pid === undefined || pidFile === undefined) return
    writePrivateFile(pidFile, JSON.stringify({ pid: child.pid, startedAt: startTimeOf(child.pid) }))
  }

  async #untilReady(): Promise<void> {
    const { ready, readyTimeoutMs = 30_000 } = this.#program
    const deadline = Date.now() + readyTimeoutMs
    let last: unknown
    while (this.#running && Date.now() < deadline) {
      try {
        await ready(this.pid)
        return
      } catch (error) {
        last = error
        await Promise.race([sleep(readyPollMs), this.#exited])
      }
    }
    const why = this.#running
      ? messages.notReady(this.name, readyTimeoutMs / 1000, reason(last), this.logs())
      : messages.endedWhileStarting(this.name, this.logs())
    await this.kill()
    throw new CannotStart(why)
  }

  /** Signals the process and its descendants; returns their pids. */
  #signalFamily(signal: NodeJS.Signals): number[] {
    const family = [this.pid, ...descendants(this.pid)]
    for (const member of family) sendSignal(member, signal)
    return family
  }
}

const readyPollMs = 15

const reason = (error: unknown) => (error instanceof Error ? error.message || error.name : String(error))
