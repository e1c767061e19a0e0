import { setTimeout as sleep } from 'node:timers/promises'
import { jest } from '@jest/globals'

/** Waits until the condition is true; throws when it is not within `seconds`. */
export async function until(condition: () => boolean | Promise<boolean>, seconds = 5): Promise<void> {
  for (const began = performance.now(); !(await condition()); await sleep(5))
    if (performance.now() - began > seconds * 1_000) throw new Error('the condition did not become true')
}

const others = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
] as const
const intervals = ['setInterval', 'clearInterval'] as const
const timeouts = ['setTimeout', 'clearTimeout'] as const

/** From now on intervals or timeouts wait for `jest.advanceTimersByTime`; all other time, and sockets, continue. */
export const fakeTimers = (what: 'intervals' | 'timeouts'): void =>
  void jest.useFakeTimers({ doNotFake: [...others, ...(what === 'intervals' ? timeouts : intervals)] })
