import type { Steps } from '../bootstrap/steps.mjs'
import { messages } from '../messages.ts'
import { holdfastProcess, readyUrl } from './holdfast-process.ts'
import { type ProcessInputs, type ProcessName, processes, processNames, type ServerName } from './processes.ts'
import { allStarted, type StartedProcesses } from './started-processes.ts'

/** Starts each process as soon as those that it needs answer. */
export async function startProcesses(
  started: StartedProcesses,
  inputs: ProcessInputs,
  external: ReadonlySet<ProcessName | ServerName>,
  steps: Steps,
): Promise<void> {
  const starts = new Map<ProcessName, Promise<void>>()
  const start = (name: ProcessName): Promise<void> => {
    const known = starts.get(name)
    if (known !== undefined) return known
    const after = processes[name].after.filter((other) => !external.has(other))
    const needed = after.filter((other): other is ProcessName => other in processes)
    const program = holdfastProcess(name, inputs)
    const step = () => steps.step(name, messages.step.process(readyUrl(name, inputs)), program.start)
    const ready = allStarted(needed.map(start)).then(() => started.start(program, after, step))
    starts.set(name, ready)
    return ready
  }
  await allStarted(processNames.filter((name) => !external.has(name)).map(start))
}
