import { CannotStart, messages } from '../messages.ts'
import type { ManagedProcess } from '../processes/managed-process.ts'
import { supervise } from '../processes/supervise.ts'

/** The processes of a stack that have been started. Stops them in the reverse order. */
export class StartedProcesses {
  readonly #processes = new Map<string, { process: ManagedProcess; after: readonly string[] }>()
  readonly #stopping = new AbortController()
  readonly #afterStop: () => void
  #stopped: Promise<void> | undefined

  /** `afterStop` runs once, when all of them have ended. */
  constructor(afterStop: () => void) {
    this.#afterStop = afterStop
  }

  /** Starts a process by `start`, after those that it needs. */
  async start(process: ManagedProcess, after: readonly string[], start: () => Promise<void>): Promise<void> {
    if (this.#stopping.signal.aborted) throw new CannotStart(messages.stoppedWhileStarting)
    this.#processes.set(process.name, { process, after })
    await start()
  }

  named(name: string): ManagedProcess {
    const found = this.#processes.get(name)
    if (found === undefined) throw new Error(`${name} does not run here`)
    return found.process
  }

  supervise(say: (line: string) => void): void {
    for (const { process } of this.#processes.values()) void supervise(process, this.#stopping.signal, say)
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll()
    return this.#stopped
  }

  async #stopAll(): Promise<void> {
    this.#stopping.abort()
    const stops = new Map<string, Promise<void>>()
    const stop = (name: string): Promise<void> => {
      const known = stops.get(name)
      if (known !== undefined) return known
      const dependents = [...this.#processes].filter(([, { after }]) => after.includes(name)).map(([other]) => other)
      const stopped = Promise.all(dependents.map(stop)).then(() => this.#processes.get(name)?.process.stop())
      stops.set(name, stopped)
      return stopped
    }
    await Promise.all([...this.#processes.keys()].map(stop))
    this.#afterStop()
  }
}

/** Waits for all of them even if one fails, so that nothing is still starting when the rest is stopped. */
export async function allStarted(starts: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(starts)).find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
