/** What stands between a request that is understood and its execution: may it cost that much, may its caller have it now? */
import type { Prepared } from './answering.ts'
import type { Caller } from './caller.ts'
import type { Fault } from './execute/trouble.ts'

/** Why the request is refused; undefined when it may run. */
export type Toll = (prepared: Prepared, caller: Caller) => Promise<Fault | undefined>

export interface TollOptions {
  /** Points one operation may cost. */
  readonly costLimit: number
  /** Whether what is over it is refused or only measured; undefined for where the supergraph says how long its lists are. */
  readonly costMode: 'measure' | 'enforce' | undefined
}

export const toll =
  ({ costLimit, costMode }: TollOptions): Toll =>
  async ({ graph, cost }) => {
    const enforced = costMode === undefined ? graph.costs.declared : costMode === 'enforce'
    if (enforced && cost.points > costLimit) return tooExpensive(cost.points, costLimit)
    return undefined
  }

const tooExpensive = (cost: number, limit: number): Fault => ({
  message: `The operation may cost ${cost} points, at most ${limit} are allowed. Ask for shorter lists or fewer fields.`,
  extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', cost, limit },
})
