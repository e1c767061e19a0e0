import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until it is so; throws when it is not within `seconds`. */
export async function until(condition: () => boolean | Promise<boolean>, seconds = 5): Promise<void> {
  for (const began = performance.now(); !(await condition()); await sleep(5))
    if (performance.now() - began > seconds * 1_000) throw new Error('it did not come to pass')
}
