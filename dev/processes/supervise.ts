import { setTimeout as sleep } from 'node:timers/promises'
import type { ManagedProcess } from './managed-process.ts'

const firstDelayMs = 500
const longestDelayMs = 15_000
/** After this long a process counts as well again, and its next delay is the first. */
const wellAfterMs = 60_000

/** Starts a server again whenever it ends, later each time, until the signal aborts. Says what happened and its last words. */
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
    if (Date.now() - since > wellAfterMs) delayMs = firstDelayMs
    say(
      `${watched.name} ended (${by ?? `exit code ${code}`}); starting it again in ${delayMs / 1000} s. Its last words:`,
    )
    say(watched.logs(10))
    try {
      await sleep(delayMs, undefined, { signal })
      await watched.start()
      say(`${watched.name} runs again`)
    } catch (error) {
      if (signal.aborted) return
      say(error instanceof Error ? error.message : String(error))
    }
    delayMs = Math.min(delayMs * 2, longestDelayMs)
  }
}
