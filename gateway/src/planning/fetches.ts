import type { FetchNode, PlanNode } from '@apollo/query-planner'

/** All fetches of a plan of queries or mutations. */
export function fetchesOf(node: PlanNode | undefined): readonly FetchNode[] {
  switch (node?.kind) {
    case 'Fetch':
      return [node]
    case 'Flatten':
      return fetchesOf(node.node)
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(fetchesOf)
    case 'Condition':
      return [node.ifClause, node.elseClause].flatMap(fetchesOf)
    default:
      return []
  }
}
