import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { descendants, isAlive, startTimeOf } from './process-table.ts'

/** What to run, and how to know that it answers. */
export type Program = {
  /** Short and unique: stands in messages, names log and pid file. */
  name: string
  command: string
  args: string[]
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** Only for root, to run it as somebody else. */
  uid?: number
  gid?: number
  /** Gets stdout and stderr, appended. */
  logFile: string
  /** Written while it runs: {"pid", "startedAt"}. Lets the next start recognise what a killed one left behind. */
  pidFile?: string
  /** Runs before each start. */
  prepare?: () => void | Promise<void>
  /** Resolves once the process with this pid, and no other, answers. Rejects while it does not; asked again until readyTimeoutMs. */
  ready: (pid: number) => Promise<void>
  readyTimeoutMs?: number
  stopSignal?: NodeJS.Signals
  /** From the stop signal to SIGKILL. */
  graceMs?: number
}

export type Exit = { code: number | null; signal: NodeJS.Signals | null }

/** A program run as our child, in its own process group so that the terminal's Ctrl-C reaches only us. */
export type ManagedProcess = {
  readonly name: string
  /** Of the present or last run. Throws before the first. */
  readonly pid: number
  readonly running: boolean
  /** Resolves when the present run ends, however it ends. */
  readonly exited: Promise<Exit>
  /** Starts it and waits until it answers. Throws DidNotStart with its last words when it dies first, and leaves nothing running. */
  start(): Promise<void>
  /** Sends a signal. SIGKILL takes its children along and resolves when all are gone; others only reach the process itself. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Freezes it and its children: connections stay open and nothing answers. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** Stops it if it runs, and starts it again: same port, same data. */
  restart(): Promise<void>
  /** Asks it to stop, and kills it when it has not within its grace. */
  stop(): Promise<void>
  /** The last lines it wrote in its present or last run. */
  logs(lines?: number): string
}

/** Its message has the last words of the program; where it was thrown says nothing more. */
export class DidNotStart extends Error {}

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
    const why = running ? `did not answer within ${readyTimeoutMs / 1000} s (${reason(last)})` : 'ended while starting'
    const said = logs()
    await kill()
    throw new DidNotStart(`${name} ${why}.\n${said === '' ? 'It wrote nothing.' : `Its last words:\n${said}`}`)
  }

  const start = async () => {
    if (running) return
    await program.prepare?.()
    launch()
    if (child?.pid === undefined) throw new DidNotStart(`${name}: ${program.command} could not be run`)
    await untilReady()
  }

  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (!running) return
    if (signal !== 'SIGKILL') {
      send(pid(), signal)
      return
    }
    const family = [pid(), ...descendants(pid())]
    for (const member of family) send(member, 'SIGKILL')
    await exit
    while (family.some(isAlive)) await sleep(5)
  }

  const pause = async () => {
    for (const member of [pid(), ...descendants(pid())]) send(member, 'SIGSTOP')
  }

  const resume = async () => {
    for (const member of [...descendants(pid()), pid()]) send(member, 'SIGCONT')
  }

  const stop = async () => {
    if (!running) return
    await resume()
    send(pid(), stopSignal)
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

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself in between.
  }
}

const reason = (error: unknown) => (error instanceof Error ? error.message || error.name : String(error))
