/** Compiles Apollo's plan into steps. Texts are parsed and joined here, so that running a plan parses nothing. */
import type { FetchNode, PlanNode } from '@apollo/query-planner'
import type { Graph } from '../supergraph/graph.ts'
import { entitiesStep } from './entities.ts'
import { requestText } from './request-text.ts'
import { compileOutputs, type LookupNode, type RootStep, type Step } from './steps.ts'

export function compileNode(graph: Graph, node: PlanNode): Step {
  switch (node.kind) {
    case 'Sequence':
      return all(
        'sequence',
        node.nodes.map((child) => compileNode(graph, child)),
      )
    case 'Parallel':
      return compileWave(graph, node.nodes)
    case 'Condition': {
      const yes = node.ifClause && compileNode(graph, node.ifClause)
      const no = node.elseClause && compileNode(graph, node.elseClause)
      return { kind: 'condition', variable: node.condition, ...(yes && { yes }), ...(no && { no }) }
    }
    case 'Flatten':
      return isLookup(node) ? entitiesStep(graph, [node]) : compileNode(graph, node.node)
    case 'Fetch':
      return compileRoot(graph, node)
    case 'Defer':
      throw new Error('@defer is not part of the schema that clients see')
  }
}

export const compileRoot = (graph: Graph, fetch: FetchNode): RootStep => ({
  kind: 'root',
  subgraph: fetch.serviceName,
  operation: fetch.operationKind,
  text: requestText(graph.restore(fetch.operation), fetch.operationName, fetch.variableUsages ?? []),
  outputs: compileOutputs(fetch),
})

const isLookup = (node: PlanNode): node is LookupNode =>
  node.kind === 'Flatten' && node.node.kind === 'Fetch' && node.node.requires !== undefined

/** Nodes that may run in parallel; lookups in the same subgraph become one request. */
function compileWave(graph: Graph, nodes: readonly PlanNode[]): Step {
  const lookups = Map.groupBy(nodes.filter(isLookup), (node) => node.node.serviceName)
  const others = nodes.filter((node) => !isLookup(node))
  return all('parallel', [
    ...[...lookups.values()].map((group) => entitiesStep(graph, group)),
    ...others.map((node) => compileNode(graph, node)),
  ])
}

const all = (kind: 'sequence' | 'parallel', steps: readonly Step[]): Step =>
  steps.length === 1 && steps[0] ? steps[0] : { kind, steps }
