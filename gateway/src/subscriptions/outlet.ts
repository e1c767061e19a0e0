import { delivered, dropped } from '../meter.ts'
import type { Listener } from './channel.ts'

/** Where frames for one client go. */
export interface Wire {
  /** Bytes handed over that the network has not taken yet. */
  pending(): number
  /** Calls back when this frame is on its way. */
  send(frame: string, sent?: () => void): void
}

const pendingLimit = 256_000 // bytes; about what a slow mobile connection takes in ten seconds
const queueLimit = 64 // events

/**
 * Delivers events to one client at its own pace. What the network does not take waits in a bounded queue; past that the
 * oldest is dropped, and the next event says in `extensions.gap.missed` how many are missing before it.
 */
export function outlet(wire: Wire, frame: (payload: string) => string, ended: () => void): Listener {
  const queue: { readonly payload: string; missed: number }[] = []
  let watching = false

  const write = (payload: string, missed: number, sent?: () => void) => {
    delivered.inc()
    wire.send(frame(missed > 0 ? withGap(payload, missed) : payload), sent)
  }

  const flush = () => {
    watching = false
    while (queue.length > 0 && !watching) {
      const next = queue.shift()
      if (next) deliver(next.payload, next.missed)
    }
  }

  const deliver = (payload: string, missed: number) => {
    if (wire.pending() + payload.length < pendingLimit) return write(payload, missed)
    watching = true
    write(payload, missed, flush)
  }

  return {
    event: (payload, missed) => {
      if (!watching) return deliver(payload, missed)
      queue.push({ payload, missed })
      if (queue.length <= queueLimit) return
      const oldest = queue.shift()
      const next = queue[0]
      if (oldest && next) next.missed += oldest.missed + 1
      dropped.inc()
    },
    ended,
  }
}

/** Adds the notice to a response that is JSON already. */
const withGap = (payload: string, missed: number): string =>
  `${payload.slice(0, -1)},"extensions":{"gap":{"missed":${missed}}}}`
