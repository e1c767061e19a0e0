import { join } from 'node:path'
import { type Addresses, runningStack, type Stack, type StackOptions, startStack, tokenFrom } from '@holdfast/dev'

const holdfastDir = join(import.meta.dirname, '..', '.holdfast')

/** A Holdfast to go through: its addresses and who may ask there. */
export type StackEndpoint = Addresses & AsyncDisposable & Pick<Stack, 'token'>

/** The one that `npm start` runs; without it, one of its own for the time being, named by `purpose`. */
export async function runningOrFreshStack(purpose: string, say: (line: string) => void): Promise<StackEndpoint> {
  const running = runningStack(join(holdfastDir, 'data'))
  if (running) {
    say(`Going through ${running.endpoint}`)
    return {
      ...running,
      token: (who) => tokenFrom(running.issuerUrl, who),
      [Symbol.asyncDispose]: async () => undefined,
    }
  }
  say('Nothing runs here: starting a Holdfast for this, on free ports.')
  return freshStack(purpose)
}

/** Rides of twenty seconds to a minute, in a twelfth of that time. */
const fastRides = { 'firmware-agent': { SIMULATION_SPEED: '12' } }

/** A Holdfast of one's own with an empty memory, on free ports; what dies stays dead until it is restarted. */
export async function freshStack(purpose: string, options: Partial<StackOptions> = {}): Promise<Stack> {
  const dataDir = join(holdfastDir, purpose)
  const { overrides, ...others } = options
  return startStack({
    dataDir,
    ports: 'free',
    fresh: true,
    listedBesides: 0,
    ...others,
    overrides: { ...fastRides, ...overrides },
  })
}
