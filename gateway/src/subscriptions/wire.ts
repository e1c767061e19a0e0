/** A connection as the network has it. */
export interface Network {
  /** Bytes handed over that it has not taken yet. */
  pending(): number
  /** Calls back when this frame is on its way. */
  write(frame: string, taken?: () => void): void
}

/** The way to one client, for all of its subscriptions. */
export interface Wire {
  /** Whether the client has taken enough of what was sent before. */
  hasRoom(): boolean
  send(frame: string): void
  /** Calls back once, when there is room again and nobody before it has taken that. */
  onRoom(callback: () => void): void
  /** Takes back what `onRoom` was given. */
  offRoom(callback: () => void): void
  /** Bytes that wait for room in the queues of its subscriptions, who count them here. */
  waiting: number
}

const pendingLimit = 256_000 // bytes; about what a slow mobile connection takes in ten seconds

/** Keeps what lies in the network's own buffer to `pendingLimit` and one frame. */
export function wireOver(network: Network): Wire {
  let full = false
  const callbacks = new Set<() => void>()

  const taken = () => {
    full = false
    for (const callback of callbacks) {
      if (full) return
      // Should it find too little room, it comes again behind those who had none yet.
      callbacks.delete(callback)
      callback()
    }
  }

  return {
    waiting: 0,
    hasRoom: () => !full,
    send: (frame) => {
      if (network.pending() + frame.length < pendingLimit) return network.write(frame)
      full = true
      network.write(frame, taken)
    },
    onRoom: (callback) => void callbacks.add(callback),
    offRoom: (callback) => void callbacks.delete(callback),
  }
}
