import { rmSync } from 'node:fs'
import type { ManagedProcess } from '../processes/managed-process.ts'
import { releaseMutex } from '../processes/process-mutex.ts'
import { supervise } from '../processes/supervise.ts'
import { CannotStart } from './addresses.ts'

/** What has been started, and in which order it must end. */
export class StartedProcesses {
  readonly #servers = new Map<string, { server: ManagedProcess; after: readonly string[] }>()
  readonly #over = new AbortController()
  readonly #announcement: string
  readonly #lock: string
  #stopped: Promise<void> | undefined

  /** `lock` is held by us and given back at the end; `announcement` is a file that is removed then. */
  constructor(lock: string, announcement: string) {
    this.#lock = lock
    this.#announcement = announcement
  }

  async start(program: ManagedProcess, after: readonly string[], start: () => Promise<void>): Promise<void> {
    if (this.#over.signal.aborted) throw new CannotStart('It was asked to stop.')
    this.#servers.set(program.name, { server: program, after })
    await start()
  }

  named(name: string): ManagedProcess {
    const found = this.#servers.get(name)
    if (found === undefined) throw new Error(`${name} does not run here`)
    return found.server
  }

  supervise(say: (line: string) => void): void {
    for (const { server } of this.#servers.values()) void supervise(server, this.#over.signal, say)
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll()
    return this.#stopped
  }

  async #stopAll(): Promise<void> {
    this.#over.abort()
    const ended = new Map<string, Promise<void>>()
    const end = (name: string): Promise<void> => {
      const known = ended.get(name)
      if (known !== undefined) return known
      const dependents = [...this.#servers].filter(([, { after }]) => after.includes(name)).map(([other]) => other)
      const ending = Promise.all(dependents.map(end)).then(() => this.#servers.get(name)?.server.stop())
      ended.set(name, ending)
      return ending
    }
    await Promise.all([...this.#servers.keys()].map(end))
    rmSync(this.#announcement, { force: true })
    releaseMutex(this.#lock)
  }
}

/** Waits for all of them also when one fails, so that nothing is still starting when the rest is stopped. */
export async function allStarted(started: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(started)).find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
