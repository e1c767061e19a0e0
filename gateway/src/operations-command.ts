/** The command of the registry of operations, with what only the gateway has: it plans operations to inspect them. */
import { type CommandOptions, runAsProcess } from '@holdfast/operations'
import { createLog } from '@holdfast/service/process'
import { commandConfig } from './config.ts'
import { defaultLimits } from './core/limits.ts'

/** Reads the same environment as the gateway; by default the command works on what is committed. */
export function commandOptions(env?: NodeJS.ProcessEnv): CommandOptions {
  const { OPERATIONS: folder, SUPERGRAPH: supergraph, COST_LIMIT: cost, REDIS_URL: redisUrl } = commandConfig(env)
  return {
    folder,
    supergraph,
    redisUrl,
    // Apollo's planner takes a second to load, and most commands do not need it.
    loadInspect: async (place) => {
      const { inspector } = await import('./operation/inspect.ts')
      const { readGraph } = await import('./supergraph/graph.ts')
      const { supergraphSource } = await import('./supergraph/source.ts')
      const log = createLog('operations', 'silent')
      const graph = readGraph(await supergraphSource(place, log).read())
      return inspector(graph, { ...defaultLimits, cost }, log)
    },
  }
}

if (import.meta.main) await runAsProcess(commandOptions)
