import { setTimeout as sleep } from 'node:timers/promises'
import type { Steps } from '../bootstrap/steps.mjs'
import { CannotStart, messages } from '../messages.ts'
import type { ManagedProcess } from '../processes/managed-process.ts'

const firstDelayMs = 500
const longestDelayMs = 15_000
/** A process that ran this long starts again after the first delay. */
const stableAfterMs = 60_000

/** The processes of a stack that have been started. */
export class StartedProcesses {
  readonly #processes = new Map<string, ManagedProcess>()
  readonly #stopping = new AbortController()
  readonly #steps: Steps
  readonly #needs: (name: string) => readonly string[]
  readonly #afterStop: () => void
  #stopped: Promise<void> | undefined

  /** `needs`: what a process needs stops after it. `afterStop` runs once, when all of them have ended. */
  constructor(steps: Steps, needs: (name: string) => readonly string[], afterStop: () => void) {
    this.#steps = steps
    this.#needs = needs
    this.#afterStop = afterStop
  }

  /** Starts each process as soon as those of them that it needs answer. Waits for all even if one fails, so that nothing
   * is still starting when the rest is stopped. `doing` is what the step of a process says. */
  async start<P extends ManagedProcess>(processes: readonly P[], doing: (process: P) => string): Promise<void> {
    const needed = ({ name }: P) => processes.filter((other) => this.#needs(name).includes(other.name))
    await inOrder(processes, needed, async (process) => {
      if (this.#stopping.signal.aborted) throw new CannotStart(messages.stoppedWhileStarting)
      this.#processes.set(process.name, process)
      await this.#steps.step(process.name, doing(process), () => process.start())
    })
  }

  named(name: string): ManagedProcess {
    const found = this.#processes.get(name)
    if (found === undefined) throw new Error(`${name} does not run here`)
    return found
  }

  /** Starts a process again whenever it ends, each time after a longer delay, until all are stopped. */
  supervise(): void {
    for (const process of this.#processes.values()) void this.#supervise(process)
  }

  /** Stops all of them in the reverse order. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll()
    return this.#stopped
  }

  async #supervise(process: ManagedProcess): Promise<void> {
    const { signal } = this.#stopping
    let delayMs = firstDelayMs
    for (;;) {
      const since = Date.now()
      const { code, signal: endedBy } = await process.exited
      if (signal.aborted) return
      if (Date.now() - since > stableAfterMs) delayMs = firstDelayMs
      const cause = endedBy ?? `exit code ${code}`
      this.#steps.say(messages.restarting(process.name, cause, delayMs / 1000, process.logs(10)))
      try {
        await sleep(delayMs, undefined, { signal })
        await process.start()
        this.#steps.say(messages.runningAgain(process.name))
      } catch (error) {
        if (signal.aborted) return
        this.#steps.say(error instanceof Error ? error.message : String(error))
      }
      delayMs = Math.min(delayMs * 2, longestDelayMs)
    }
  }

  async #stopAll(): Promise<void> {
    this.#stopping.abort()
    const all = [...this.#processes.values()]
    const dependents = ({ name }: ManagedProcess) => all.filter((other) => this.#needs(other.name).includes(name))
    await inOrder(all, dependents, (process) => process.stop())
    this.#afterStop()
  }
}

/** Runs `act` for each process, as soon as it has succeeded for those that `before` returns. Waits for all that were begun,
 * then throws the first error. */
async function inOrder<P extends ManagedProcess>(
  processes: readonly P[],
  before: (process: P) => readonly P[],
  act: (process: P) => Promise<void>,
): Promise<void> {
  const runs = new Map<P, Promise<void>>()
  const run = (process: P): Promise<void> => {
    const result = runs.get(process) ?? Promise.all(before(process).map(run)).then(() => act(process))
    runs.set(process, result)
    return result
  }
  const failed = (await Promise.allSettled(processes.map(run))).find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
