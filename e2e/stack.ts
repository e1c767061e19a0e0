import { join } from 'node:path'
import { type Addresses, runningStack, type Stack, type StackOptions, startStack, tokenFrom } from '@holdfast/dev'

const holdfastDir = join(import.meta.dirname, '..', '.holdfast')

/** A running Holdfast: its addresses, and tokens for its endpoint. */
export type RunningStack = Addresses & AsyncDisposable & Pick<Stack, 'token'>

/** The Holdfast that `npm start` runs; if none runs, a fresh one in the folder `name`. */
export async function runningOrFreshStack(name: string, print: (line: string) => void): Promise<RunningStack> {
  const running = runningStack(join(holdfastDir, 'data'))
  if (running) {
    print(`Using the running Holdfast at ${running.endpoint}.`)
    return {
      ...running,
      token: (who) => tokenFrom(running.issuerUrl, who),
      [Symbol.asyncDispose]: async () => undefined,
    }
  }
  print('No Holdfast is running here. Starting one on free ports.')
  return freshStack(name)
}

/** A ride of 20 to 60 s takes a twelfth of that time. */
const fastRides = { 'vehicle-simulator': { SIMULATION_SPEED: '12' } }

/** Starts a Holdfast with an empty database on free ports. A process that is killed stays down until it is restarted. */
export async function freshStack(name: string, options: Partial<StackOptions> = {}): Promise<Stack> {
  const dataDir = join(holdfastDir, name)
  const { overrides, ...others } = options
  return startStack({
    dataDir,
    ports: 'free',
    fresh: true,
    parkedVehicles: 0,
    ...others,
    overrides: { ...fastRides, ...overrides },
  })
}
