import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from './log.ts'

/** A part of a process: how it is started and how it is stopped. */
export interface Step {
  readonly name: string
  start(): Promise<unknown> | unknown
  stop?(): Promise<unknown> | unknown
}

const stepBudgetMs = 10_000 // A step that cannot stop in this time will not; the process ends without it.

/**
 * A process is a list of steps: started in order, stopped in reverse order on SIGTERM or SIGINT, so that the HTTP server
 * stops before what it uses. When a step fails to start, the earlier ones are stopped and the exit code is 1.
 */
export async function runProcess(log: Log, steps: readonly Step[]): Promise<void> {
  const started: Step[] = []
  let stopping: Promise<void> | undefined

  const stop = (code: number) => {
    stopping ??= (async () => {
      for (const step of started.toReversed()) {
        try {
          await Promise.race([
            step.stop?.(),
            sleep(stepBudgetMs, undefined, { ref: false }).then(() => Promise.reject(new Error('took too long'))),
          ])
        } catch (err) {
          log.error({ err, step: step.name }, 'step did not stop')
        }
      }
      log.info('stopped')
      process.exit(code)
    })()
    return stopping
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(0))
  // Unplanned: the state of the process is unknown. Its unfinished work is finished by the next process.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (err) => {
      log.fatal({ err }, event)
      process.exit(1)
    })
  }

  for (const step of steps) {
    if (stopping) return
    try {
      started.push(step)
      await step.start()
    } catch (err) {
      log.fatal({ err, step: step.name }, 'could not start')
      await stop(1)
    }
  }
  log.info('ready')
}

/** A step that works in the background until its signal is aborted; stopping waits for it to end. */
export function background(name: string, work: (signal: AbortSignal) => Promise<unknown>): Step {
  const stopping = new AbortController()
  let running: Promise<unknown> | undefined
  return {
    name,
    start: () => {
      running = work(stopping.signal)
    },
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

/** Calls `work` until aborted, with a pause of `pauseMs` after each call. An error is logged and does not end it. */
export async function repeat(
  signal: AbortSignal,
  pauseMs: number,
  log: Log,
  work: () => Promise<unknown>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work()
    } catch (err) {
      if (signal.aborted) return
      log.warn({ err }, 'will be retried')
      await pause(1_000 * (0.5 + Math.random()), signal)
    }
    await pause(pauseMs, signal)
  }
}

/** Waits, or returns early when aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}

/** Rejects with an Error that names `what` when `work` takes longer than `ms`. The work itself goes on. */
export async function withTimeout<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
