import type { Viewer } from '@holdfast/service/identity'
import type { Subgraphs } from '../execute/execute.ts'
import type { Reply } from './answer.ts'

/**
 * Reads of the same by the same viewer that are under way at once become one request. A viewer who has changed something
 * joins none that began before, so that everybody reads what they wrote.
 */
export function coalesced(ask: Subgraphs['ask']): Subgraphs['ask'] {
  const underWay = new Map<string, Map<string, Promise<Reply>>>()

  return async (request) => {
    const viewer = viewerKey(request.viewer)
    if (!request.reads) {
      try {
        return await ask(request)
      } finally {
        underWay.delete(viewer)
      }
    }
    const reads = underWay.get(viewer) ?? new Map<string, Promise<Reply>>()
    const key = `${request.subgraph}\n${request.body}`
    const same = reads.get(key)
    if (same) return same
    const reply = ask(request)
    underWay.set(viewer, reads.set(key, reply))
    try {
      return await reply
    } finally {
      reads.delete(key)
      if (reads.size === 0 && underWay.get(viewer) === reads) underWay.delete(viewer)
    }
  }
}

const keys = new WeakMap<Viewer, string>()

/** Everything about a viewer that a subgraph is told. */
function viewerKey(viewer: Viewer): string {
  const known = keys.get(viewer)
  if (known !== undefined) return known
  const key = JSON.stringify([viewer.role, viewer.id, viewer.scopes])
  keys.set(viewer, key)
  return key
}
