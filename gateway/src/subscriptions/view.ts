import type { Viewer } from '@holdfast/service/identity'
import type { Prepared } from '../answering.ts'
import { narrowed } from '../document/event-identity.ts'
import type { Planned } from '../document/operation.ts'
import type { RootStep } from '../plan/steps.ts'

/** What a client sees of a subscription; everybody who sees the same may share it. */
export interface View {
  readonly prepared: Prepared
  readonly planned: Planned
  /** What is asked of the subgraph that streams. */
  readonly event: RootStep
  /** A viewer with the rights of all who see this. */
  readonly viewer: Viewer
  /** What subgraphs are told of whoever looks: the inputs that were declared to matter. */
  readonly told: Viewer
  /** The same for viewers of one operation and variables who see the same. */
  readonly key: string
}

/**
 * Two share a view when they are equal in every identity input that decides, and in their rights: what `@authenticated`
 * and `@requiresScopes` let one see is never sent to another. Undefined when the viewer may not see any of it.
 */
export function viewOf(prepared: Prepared, viewer: Viewer): View | undefined {
  const planned = prepared.operation.planFor(viewer)
  if (!planned.event) return undefined
  const told = narrowed(viewer, planned.identity)
  const key = JSON.stringify([told, prepared.operation.rights(viewer)])
  return { prepared, planned, event: planned.event, viewer, told, key }
}

/** All that a subscription at a subgraph depends on. */
export function upstreamOf({ event: { subgraph, text }, prepared: { variables }, told }: View, url: string) {
  return { subgraph, url, text, told, used: text.variables.map((name) => variables[name]) }
}
