import type { Viewer } from '@holdfast/service/identity'
import { narrowedViewer } from '../operation/event-viewer.ts'
import type { ViewerPlan } from '../operation/operation.ts'
import type { PreparedOperation } from '../operation/prepare.ts'
import type { RootStep } from '../planning/steps.ts'

/** What a client sees of a subscription. Clients with the same view may share it. */
export interface View {
  readonly prepared: PreparedOperation
  readonly planned: ViewerPlan
  /** The subscription at the subgraph that streams. */
  readonly event: RootStep
  /** A viewer with the rights of all who have this view. */
  readonly viewer: Viewer
  /** What subgraphs get to know of the viewers: only the parts that events are declared to depend on. */
  readonly subgraphViewer: Viewer
  /** Equal for viewers who see the same of an operation with the same variables. */
  readonly key: string
}

/**
 * Two viewers share a view when they are equal in every part that events depend on, and have the same rights: what `@authenticated` and
 * `@requiresScopes` allow one viewer to see is never sent to another. Undefined when the viewer may not see any of it.
 */
export function viewOf(prepared: PreparedOperation, viewer: Viewer): View | undefined {
  const planned = prepared.operation.planFor(viewer)
  if (!planned.event) return undefined
  const subgraphViewer = narrowedViewer(viewer, planned.viewerInputs)
  const key = JSON.stringify([subgraphViewer, prepared.operation.rights(viewer)])
  return { prepared, planned, event: planned.event, viewer, subgraphViewer, key }
}

/** Everything that a subscription at a subgraph depends on. */
export function upstreamOf({ event: { subgraph, text }, prepared: { variables }, subgraphViewer }: View, url: string) {
  return { subgraph, url, text, subgraphViewer, variables: text.variables.map((name) => variables[name]) }
}
