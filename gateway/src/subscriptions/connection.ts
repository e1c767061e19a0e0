/** The network side of a client's connection. */
export interface Network {
  /** Bytes that were written and not sent yet. */
  pending(): number
  /** Calls `sent` when this frame is sent. */
  write(frame: string, sent?: () => void): void
}

/** A connection to one client, shared by all of its subscriptions. */
export interface ClientConnection {
  /** Whether the client has read enough of what was sent before. */
  hasRoom(): boolean
  send(frame: string): void
  /** Calls `callback` once, when there is room again and no earlier callback has used it. */
  onRoom(callback: () => void): void
  /** Removes a callback of `onRoom`. */
  offRoom(callback: () => void): void
  /** Bytes that wait in the queues of its subscriptions. The queues count them here. */
  queuedBytes: number
}

const pendingLimit = 256_000 // bytes; about what a slow mobile connection sends in ten seconds

/** Limits what is in the network's own buffer to `pendingLimit` and one frame. */
export function clientConnection(network: Network): ClientConnection {
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
    queuedBytes: 0,
    hasRoom: () => !full,
    send: (frame) => {
      if (network.pending() + frame.length < pendingLimit) return network.write(frame)
      full = true
      network.write(frame, sent)
    },
    onRoom: (callback) => void callbacks.add(callback),
    offRoom: (callback) => void callbacks.delete(callback),
  }
}
