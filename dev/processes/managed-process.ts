import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
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
export type ManagedProcess = {
  readonly name: string
  /** Of the current or last run. Throws before the first. */
  readonly pid: number
  readonly running: boolean
  /** Resolves when the current run ends, however it ends. */
  readonly exited: Promise<Exit>
  /** Starts it and waits until it answers. If it does not, throws CannotStart with its last output and leaves nothing running. */
  start(): Promise<void>
  /** Sends a signal. SIGKILL also goes to its descendants and resolves when all have ended; other signals go to the process alone. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Freezes it and its descendants: connections stay open and nothing answers. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Stops it if it runs, and starts it again: same port, same data. */
  restart(): Promise<void>
  /** Sends the stop signal, and SIGKILL when it still runs after graceMs. */
  stop(): Promise<void>
  /** The last lines it wrote in its current or last run. */
  logs(lines?: number): string
}

const readyPollMs = 15

export function managedProcess(program: Program): ManagedProcess {
  const { name, logFile, pidFile, readyTimeoutMs = 30_000, stopSignal = 'SIGTERM', graceMs = 10_000 } = program
  let child: ChildProcess | undefined
  let exit: Promise<Exit> = Promise.resolve({ code: null, signal: null })
  let running = false
  let logStart = 0

  const pid = () => {
    if (child?.pid === undefined) throw new Error(`${name} was never started`)
    return child.pid
  }

  const launch = () => {
    mkdirSync(dirname(logFile), { recursive: true })
    logStart = existsSync(logFile) ? statSync(logFile).size : 0
    const log = openSync(logFile, 'a', 0o600)
    const started = spawn(program.command, program.args, {
      cwd: program.cwd,
      env: program.env ?? process.env,
      uid: program.uid,
      gid: program.gid,
      detached: true,
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    child = started
    running = true
    exit = new Promise((resolve) => {
      const ended = (code: number | null, signal: NodeJS.Signals | null) => {
        running = false
        if (pidFile !== undefined) rmSync(pidFile, { force: true })
        resolve({ code, signal })
      }
      started.once('exit', ended)
      started.once('error', () => started.pid === undefined && ended(null, null))
    })
    if (started.pid === undefined || pidFile === undefined) return
    mkdirSync(dirname(pidFile), { recursive: true })
    writeFileSync(pidFile, JSON.stringify({ pid: started.pid, startedAt: startTimeOf(started.pid) }), { mode: 0o600 })
  }

  const untilReady = async () => {
    const deadline = Date.now() + readyTimeoutMs
    let last: unknown
    while (running && Date.now() < deadline) {
      try {
        await program.ready(pid())
        return
      } catch (error) {
        last = error
        await Promise.race([sleep(readyPollMs), exit])
      }
    }
    const why = running
      ? messages.notReady(name, readyTimeoutMs / 1000, reason(last), logs())
      : messages.endedWhileStarting(name, logs())
    await kill()
    throw new CannotStart(why)
  }

  const start = async () => {
    if (running) return
    await program.prepare?.()
    launch()
    if (child?.pid === undefined) throw new CannotStart(messages.notRunnable(name, program.command))
    await untilReady()
  }

  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (!running) return
    if (signal !== 'SIGKILL') {
      sendSignal(pid(), signal)
      return
    }
    const family = [pid(), ...descendants(pid())]
    for (const member of family) sendSignal(member, 'SIGKILL')
    await exit
    while (family.some(isAlive)) await sleep(5)
  }

  const pause = async () => {
    for (const member of [pid(), ...descendants(pid())]) sendSignal(member, 'SIGSTOP')
  }

  const resume = async () => {
    for (const member of [...descendants(pid()), pid()]) sendSignal(member, 'SIGCONT')
  }

  const stop = async () => {
    if (!running) return
    await resume()
    sendSignal(pid(), stopSignal)
    const inTime = await Promise.race([exit.then(() => true), sleep(graceMs, false, { ref: false })])
    if (!inTime) await kill()
  }

  const restart = async () => {
    await stop()
    await start()
  }

  const logs = (lines = 20) => {
    if (!existsSync(logFile)) return ''
    return readFileSync(logFile).subarray(logStart).toString('utf8').trimEnd().split('\n').slice(-lines).join('\n')
  }

  return {
    name,
    get pid() {
      return pid()
    },
    get running() {
      return running
    },
    get exited() {
      return exit
    },
    start,
    kill,
    pause,
    resume,
    restart,
    stop,
    logs,
  }
}

const reason = (error: unknown) => (error instanceof Error ? error.message || error.name : String(error))
