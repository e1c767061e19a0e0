/** Step by step, what a decision does to the world. A step without an effect here does not compile. */
import type { Ack, LockState, VehicleEvent } from '@holdfast/contracts'
import type { Answer, Step } from './domain/command.ts'

/** The parts of a vehicle that steps touch. */
export interface Parts {
  /** Ends when it is on disk. */
  remember(counter: number, answer: Answer): Promise<void>
  answer(ack: Ack): void
  /** Ends when the motor has stopped; a motor that failed shows in the sensor. */
  drive(to: LockState): Promise<void>
  /** Reads the lock's sensor and says what follows from it. */
  settle(answer: Answer): Promise<readonly Step[]>
  report(event: VehicleEvent['kind']): void
  beep(): void
}

type Effects = { readonly [K in Step['do']]: (step: Extract<Step, { do: K }>, parts: Parts) => Promise<void> | void }

const effects: Effects = {
  remember: ({ counter, answer }, parts) => parts.remember(counter, answer),
  answer: ({ ack }, parts) => parts.answer(ack),
  drive: ({ to }, parts) => parts.drive(to),
  settle: async ({ answer }, parts) => execute(await parts.settle(answer), parts),
  report: ({ event }, parts) => parts.report(event),
  beep: (_, parts) => parts.beep(),
}

const effectOf = <K extends Step['do']>(step: Extract<Step, { do: K }>, parts: Parts) =>
  (effects[step.do as K] as Effects[K])(step, parts)

/** Does the steps in order; stops at the first that fails, so that nothing moves that could not be remembered. */
export async function execute(steps: readonly Step[], parts: Parts): Promise<void> {
  for (const step of steps) await effectOf(step, parts)
}
