/** Plans what is published before anybody sends it: at the start, and again when the graph or the registry changes. */
import type { Log, Step } from '@holdfast/service/process'
import type { Answering } from '../answering.ts'
import type { CurrentGraph } from '../supergraph/supergraph.ts'
import type { CurrentRegistry } from './current.ts'
import type { Registry } from './registry.ts'

const plannedAhead = 1_000 // operations; some seconds at the start of the process, and what is kept planned has its bounds

export function planAhead(registry: CurrentRegistry, graph: CurrentGraph, answering: Answering, log: Log): Step {
  const warm = async () => {
    const operations = mostAlive(registry.registry())
    if (operations.length === 0) return
    const valid = await answering.warm(operations)
    log.info({ operations: operations.length, valid }, 'operations planned')
  }
  const warmAgain = () => void warm().catch((err: unknown) => log.warn({ err }, 'not all planned ahead'))
  return {
    name: 'known operations',
    start: async () => {
      await warm()
      registry.onChange(warmAgain)
      graph.onChange(warmAgain)
    },
  }
}

function mostAlive({ clients }: Registry) {
  const all = [...clients.values()].flatMap(({ operations }) => operations)
  const ordered = [
    ...all.filter(({ life }) => life.state === 'active'),
    ...all.filter(({ life }) => life.state === 'deprecated'),
  ]
  const texts = new Map(ordered.map(({ text, name }) => [text, { text, operationName: name }]))
  return [...texts.values()].slice(0, plannedAhead)
}
