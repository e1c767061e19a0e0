import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until the condition is true; throws when it is not within `seconds`. */
export async function until(condition: () => boolean | Promise<boolean>, seconds = 5): Promise<void> {
  for (const began = performance.now(); !(await condition()); await sleep(5))
    if (performance.now() - began > seconds * 1_000) throw new Error('the condition did not become true')
}
