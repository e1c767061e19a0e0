import { randomUUID } from 'node:crypto'
import { type ArmedFault, type Fault, type FaultOptions, type FaultTarget, fault, trigger } from '../domain/faults.ts'

/** The faults that wait for a request or event. They live in memory: a restart disarms them. */
export class ArmedFaults {
  #armed: readonly ArmedFault[] = []

  /** A fault that hits the next request or event, unless the options narrow it; undefined when there is no such fault. */
  arm(options: FaultOptions): ArmedFault | undefined {
    const { times = 1, method = null, path = null, event = null, probability = 1 } = options
    const plain = fault(options.kind, options.ms)
    if (!plain) return undefined
    const armed = { ...plain, id: randomUUID(), times, method, path, event, probability }
    this.#armed = [...this.#armed, armed]
    return armed
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
