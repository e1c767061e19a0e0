/**
 * What of its viewer decides what an event shows. The subgraph that streams it says so of its own part. What other
 * subgraphs add depends on everything that they do not declare to be without influence.
 */
import type { FetchNode, PlanNode, SubscriptionNode } from '@apollo/query-planner'
import type { Viewer } from '@holdfast/service/identity'
import { Kind, parse, type SelectionNode } from 'graphql'
import type { Graph } from '../supergraph/graph.ts'
import { type Identity, wholeIdentity } from '../supergraph/live.ts'

export function eventIdentity(graph: Graph, declared: Identity, { primary, rest }: SubscriptionNode): Identity {
  const others = fetchesOf(rest).filter(({ serviceName }) => serviceName !== primary.serviceName)
  return together([declared, ...others.map((fetch) => fetchIdentity(graph, fetch))])
}

/** The viewer as far as it decides: all that subgraphs are told of whoever looks at the event. */
export const narrowed = ({ id, role, scopes }: Viewer, identity: Identity): Viewer => ({
  id: identity.has('id') ? id : '',
  role: identity.has('role') ? role : 'anonymous',
  scopes: identity.has('scopes') ? scopes : [],
})

function fetchesOf(node: PlanNode | undefined): readonly FetchNode[] {
  switch (node?.kind) {
    case undefined:
      return []
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(fetchesOf)
    case 'Flatten':
      return fetchesOf(node.node)
    case 'Condition':
      return [...fetchesOf(node.ifClause), ...fetchesOf(node.elseClause)]
    case 'Fetch':
      return [node]
    case 'Defer':
      throw new Error('@defer is not part of the schema that clients see')
  }
}

function fetchIdentity(graph: Graph, fetch: FetchNode): Identity {
  const [operation] = parse(graph.restore(fetch.operation)).definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return wholeIdentity
  const asked = operation.selectionSet.selections.flatMap((entities) =>
    entities.kind === Kind.FIELD && entities.selectionSet ? entities.selectionSet.selections : [entities],
  )
  return together(asked.map((selection) => selectionIdentity(graph, selection, undefined)))
}

const together = (identities: readonly Identity[]): Identity => new Set(identities.flatMap((one) => [...one]))
const none = together([])

function selectionIdentity(graph: Graph, selection: SelectionNode, type: string | undefined): Identity {
  if (selection.kind === Kind.INLINE_FRAGMENT)
    return together(
      selection.selectionSet.selections.map((one) =>
        selectionIdentity(graph, one, selection.typeCondition?.name.value ?? type),
      ),
    )
  if (selection.kind !== Kind.FIELD || type === undefined) return wholeIdentity
  const field = graph.realName(selection.name.value)
  return field === '__typename' ? none : (graph.live.identityOf(type, field) ?? wholeIdentity)
}
