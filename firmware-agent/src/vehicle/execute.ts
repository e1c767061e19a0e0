import type { Step } from '../domain/command.ts'

/** What each step does to the vehicle, and which steps follow from it. A step without an effect does not compile. */
export type Effects = {
  readonly [K in Step['do']]: (step: Extract<Step, { do: K }>) => Promise<readonly Step[] | void> | void
}

/** Does the steps in order and stops at the first that fails, so that nothing moves that could not be saved. */
export async function execute(steps: readonly Step[], effects: Effects): Promise<void> {
  for (const step of steps) {
    // TypeScript cannot see that the effect belongs to this very step.
    const effect = effects[step.do] as (step: Step) => Promise<readonly Step[] | void> | void
    await execute((await effect(step)) ?? [], effects)
  }
}
