/**
 * What of its viewer an event depends on. The subgraph that streams the event declares it for its own part. What other subgraphs add
 * depends on the whole viewer, unless they declare less.
 */
import type { FetchNode, SubscriptionNode } from '@apollo/query-planner'
import type { Viewer } from '@holdfast/service/identity'
import { Kind, type SelectionNode } from 'graphql'
import { operationIn } from '../core/documents.ts'
import { fetchesOf } from '../planning/fetches.ts'
import type { Graph } from '../supergraph/graph.ts'
import { allViewerInputs, type ViewerInputs } from '../supergraph/live-directive.ts'

export function eventViewerInputs(
  graph: Graph,
  declared: ViewerInputs,
  { primary, rest }: SubscriptionNode,
): ViewerInputs {
  const others = fetchesOf(rest).filter(({ serviceName }) => serviceName !== primary.serviceName)
  return union([declared, ...others.map((fetch) => fetchIdentity(graph, fetch))])
}

/** Only the parts of the viewer that the event depends on: all that subgraphs get to know of its viewers. */
export const narrowedViewer = ({ id, role, scopes }: Viewer, identity: ViewerInputs): Viewer => ({
  id: identity.has('id') ? id : '',
  role: identity.has('role') ? role : 'anonymous',
  scopes: identity.has('scopes') ? scopes : [],
})

function fetchIdentity(graph: Graph, fetch: FetchNode): ViewerInputs {
  const selected = operationIn(graph.restore(fetch.operation)).selectionSet.selections.flatMap((entities) =>
    entities.kind === Kind.FIELD && entities.selectionSet ? entities.selectionSet.selections : [entities],
  )
  return union(selected.map((selection) => selectionIdentity(graph, selection, undefined)))
}

const union = (identities: readonly ViewerInputs[]): ViewerInputs => new Set(identities.flatMap((one) => [...one]))
const none = union([])

function selectionIdentity(graph: Graph, selection: SelectionNode, type: string | undefined): ViewerInputs {
  if (selection.kind === Kind.INLINE_FRAGMENT)
    return union(
      selection.selectionSet.selections.map((one) =>
        selectionIdentity(graph, one, selection.typeCondition?.name.value ?? type),
      ),
    )
  if (selection.kind !== Kind.FIELD || type === undefined) return allViewerInputs
  const field = graph.schemaName(selection.name.value)
  return field === '__typename' ? none : (graph.live.identityOf(type, field) ?? allViewerInputs)
}
