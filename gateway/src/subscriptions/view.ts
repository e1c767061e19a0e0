import type { Viewer } from '@holdfast/service/identity'
import { narrowedViewer } from '../operation/event-viewer.ts'
import type { PreparedOperation } from '../operation/prepare.ts'

/** What a client sees of a subscription. Clients with the same view may share it. */
export type View = NonNullable<ReturnType<typeof viewOf>>

/**
 * Two viewers share a view when they are equal in every part that events depend on, and have the same rights: what `@authenticated` and
 * `@requiresScopes` allow one viewer to see is never sent to another. Undefined when the viewer may not see any of it.
 */
export function viewOf(prepared: PreparedOperation, viewer: Viewer) {
  const planned = prepared.operation.planFor(viewer)
  /** The subscription at the subgraph that streams. */
  const { event } = planned
  if (!event) return undefined
  /** What subgraphs get to know of the viewers: only the parts that events are declared to depend on. */
  const subgraphViewer = narrowedViewer(viewer, planned.viewerInputs)
  /** Equal for viewers who see the same of an operation with the same variables. */
  const key = JSON.stringify([subgraphViewer, prepared.operation.rights(viewer)])
  // `viewer` has the rights of all who have this view.
  return { prepared, planned, event, viewer, subgraphViewer, key }
}

/** Everything that a subscription at a subgraph depends on. */
export function upstreamOf({ event: { subgraph, text }, prepared: { variables }, subgraphViewer }: View, url: string) {
  return { subgraph, url, text, subgraphViewer, variables: text.variables.map((name) => variables[name]) }
}
