import { randomUUID } from 'node:crypto'
import {
  type ArmedFault,
  armedFault,
  type Fault,
  type FaultOptions,
  type FaultTarget,
  trigger,
} from '../domain/faults.ts'

/** The faults that wait for a request or event. They live in memory: a restart disarms them. */
export class ArmedFaults {
  #armed: readonly ArmedFault[] = []

  /** Undefined when there is no such fault. */
  arm(options: FaultOptions): ArmedFault | undefined {
    const fault = armedFault(options, randomUUID())
    if (fault) this.#armed = [...this.#armed, fault]
    return fault
  }

  /** The faults that hit this request or event; they count as used. */
  take(target: FaultTarget): readonly Fault[] {
    const { hit, left } = trigger(this.#armed, target, Math.random)
    this.#armed = left
    return hit
  }

  list(): readonly ArmedFault[] {
    return this.#armed
  }

  clear(): void {
    this.#armed = []
  }
}
