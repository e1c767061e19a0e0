/** Plans published operations before clients send them: at the start, and again when the graph or the registry changes. */
import type { CurrentRegistry, Registry } from '@holdfast/operations'
import type { Log, Step } from '@holdfast/service/process'
import type { CurrentGraph } from '../supergraph/current-graph.ts'
import type { OperationPlanner } from './prepare.ts'

const plannedAhead = 1_000 // operations; planning them takes a few seconds at the start

export function planAhead(registry: CurrentRegistry, graph: CurrentGraph, planner: OperationPlanner, log: Log): Step {
  const planAll = async () => {
    const operations = activeFirst(registry.registry())
    if (operations.length === 0) return
    const valid = await planner.planAhead(operations)
    log.info({ operations: operations.length, valid }, 'operations planned')
  }
  const planAgain = () => void planAll().catch((err: unknown) => log.warn({ err }, 'not all planned ahead'))
  return {
    name: 'known operations',
    start: async () => {
      await planAll()
      registry.onChange(planAgain)
      graph.onChange(planAgain)
    },
  }
}

function activeFirst({ clients }: Registry) {
  const all = [...clients.values()].flatMap(({ operations }) => operations)
  const ordered = [
    ...all.filter(({ life }) => life.state === 'active'),
    ...all.filter(({ life }) => life.state === 'deprecated'),
  ]
  const texts = new Map(ordered.map(({ text, name }) => [text, { text, operationName: name }]))
  return [...texts.values()].slice(0, plannedAhead)
}
