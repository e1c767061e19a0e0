import type { Viewer } from '@holdfast/service/identity'
import type { SubgraphReply, Subgraphs } from './result.ts'

/**
 * Sends identical reads of the same viewer that run at the same time as one request. After a viewer's write, their reads do not join
 * reads that began before it, so that everybody reads what they wrote.
 */
export function coalesced(send: Subgraphs['send']): Subgraphs['send'] {
  const running = new Map<string, Map<string, Promise<SubgraphReply>>>()

  return async (request) => {
    const viewer = viewerKey(request.viewer)
    if (!request.reads) {
      try {
        return await send(request)
      } finally {
        running.delete(viewer)
      }
    }
    const reads = running.get(viewer) ?? new Map<string, Promise<SubgraphReply>>()
    const key = `${request.subgraph}\n${request.body}`
    const same = reads.get(key)
    if (same) return same
    const reply = send(request)
    running.set(viewer, reads.set(key, reply))
    try {
      return await reply
    } finally {
      reads.delete(key)
      if (reads.size === 0 && running.get(viewer) === reads) running.delete(viewer)
    }
  }
}

const keys = new WeakMap<Viewer, string>()

/** Everything that a subgraph gets to know about a viewer. */
function viewerKey(viewer: Viewer): string {
  const known = keys.get(viewer)
  if (known !== undefined) return known
  const key = JSON.stringify([viewer.role, viewer.id, viewer.scopes])
  keys.set(viewer, key)
  return key
}
