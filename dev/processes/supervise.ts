import { setTimeout as sleep } from 'node:timers/promises'
import { messages } from '../messages.ts'
import type { ManagedProcess } from './managed-process.ts'

const firstDelayMs = 500
const longestDelayMs = 15_000
/** A process that ran this long starts again after the first delay. */
const stableAfterMs = 60_000

/** Starts a process again whenever it ends, each time after a longer delay, until the signal aborts. */
export async function supervise(
  watched: ManagedProcess,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  let delayMs = firstDelayMs
  for (;;) {
    const since = Date.now()
    const { code, signal: by } = await watched.exited
    if (signal.aborted) return
    if (Date.now() - since > stableAfterMs) delayMs = firstDelayMs
    say(messages.restarting(watched.name, by ?? `exit code ${code}`, delayMs / 1000, watched.logs(10)))
    try {
      await sleep(delayMs, undefined, { signal })
      await watched.start()
      say(messages.runningAgain(watched.name))
    } catch (error) {
      if (signal.aborted) return
      say(error instanceof Error ? error.message : String(error))
    }
    delayMs = Math.min(delayMs * 2, longestDelayMs)
  }
}
