/** A connection to one client, shared by all of its subscriptions. */
export type ClientConnection = ReturnType<typeof clientConnection>

const pendingLimit = 256_000 // bytes; about what a slow mobile connection sends in ten seconds

/**
 * Limits what is in the network's own buffer to `pendingLimit` and one frame. `pending` returns the bytes that were written and not
 * sent yet; `write` calls `sent` when its frame is sent.
 */
export function clientConnection(pending: () => number, write: (frame: string, sent?: () => void) => void) {
  let full = false
  const callbacks = new Set<() => void>()

  const sent = () => {
    full = false
    for (const callback of callbacks) {
      if (full) return
      // When it finds too little room, it registers again, behind those that have not had room yet.
      callbacks.delete(callback)
      callback()
    }
  }

  return {
    /** Bytes that wait in the queues of its subscriptions. The queues count them here. */
    queuedBytes: 0,
    /** Whether the client has read enough of what was sent before. */
    hasRoom: () => !full,
    send: (frame: string) => {
      if (pending() + frame.length < pendingLimit) return write(frame)
      full = true
      write(frame, sent)
    },
    /** Calls `callback` once, when there is room again and no earlier callback has used it. */
    onRoom: (callback: () => void) => void callbacks.add(callback),
    /** Removes a callback of `onRoom`. */
    offRoom: (callback: () => void) => void callbacks.delete(callback),
  }
}
