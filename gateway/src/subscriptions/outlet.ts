import type { Fault } from '../execute/trouble.ts'
import type { Slow } from '../supergraph/live.ts'
import { delivered, type EndReason, leftOut, queuedBytes, queuedEvents } from './measures.ts'
import type { Wire } from './wire.ts'

/** An event as clients get it. */
export interface Event {
  /** JSON of a GraphQL response. */
  readonly payload: string
  /** Bytes of the payload. */
  readonly size: number
  /** What it tells the state of, where its field conflates; undefined when that is not known of this event. */
  readonly key: string | undefined
  readonly slow: Slow
}

/** Why there is no more; with a fault something is left to tell the client. */
export interface Ending {
  readonly reason: EndReason
  readonly fault?: Fault
}

/** A client's subscription, as the channel sees it. */
export interface Listener {
  /** `missed` events before this one were left out. */
  event(event: Event, missed: number): void
  ended(ending: Ending): void
}

export interface Outlet extends Listener {
  /** The client has gone: nothing is sent any more. */
  close(): void
}

const queueLimits = {
  /** Events; conflated ones are of different things, so that a map may have many. */
  events: { drop: 64, close: 64, conflate: 1_000 },
  /** Bytes of one subscription, and of all on a connection. */
  bytes: 1_000_000,
  connectionBytes: 4_000_000,
  /** Bytes on a connection where each subscription has but one event waiting, of any size; past it the newcomer ends. */
  connectionMost: 8_000_000,
} as const

const tooSlow: Ending = {
  reason: 'too slow',
  fault: {
    message: 'More has happened than this connection can take. Subscribe again for a fresh look.',
    extensions: { code: 'TOO_SLOW' },
  },
}

interface Queued {
  event: Event
  missed: number
}

/**
 * Delivers events to one client at its own pace. What the network does not take waits in a bounded queue. Past that, or
 * where a newer event of the same key comes, the field's policy decides. Left out under `drop`, the next event says in
 * `extensions.gap.missed` how many are missing before it.
 */
export function outlet(wire: Wire, frame: (payload: string) => string, end: (ending: Ending) => void): Outlet {
  /** Oldest first, by what newer ones replace them. */
  const queue = new Map<string | symbol, Queued>()
  let size = 0
  let ending: Ending | undefined
  let closed = false

  const resize = (events: number, bytes: number) => {
    size += bytes
    wire.waiting += bytes
    queuedEvents.inc(events)
    queuedBytes.inc(bytes)
  }

  const close = () => {
    closed = true
    resize(-queue.size, -size)
    queue.clear()
    wire.offRoom(flush)
  }

  const finish = (how: Ending) => {
    if (closed) return
    close()
    end(how)
  }

  /** Answers false, and has done nothing, when there is no room. */
  const send = ({ payload }: Event, missed: number): boolean => {
    if (!wire.hasRoom()) return false
    wire.send(frame(missed > 0 ? withGap(payload, missed) : payload))
    delivered.inc()
    return true
  }

  const flush = () => {
    for (const [key, { event, missed }] of queue) {
      if (!send(event, missed)) return wire.onRoom(flush)
      queue.delete(key)
      resize(-1, -event.size)
    }
    if (ending) finish(ending)
  }

  const isFull = (slow: Slow): boolean =>
    queue.size > queueLimits.events[slow] || size > queueLimits.bytes || wire.waiting > queueLimits.connectionBytes

  const enqueue = (event: Event, missed: number) => {
    const key = event.key ?? Symbol()
    const before = queue.get(key)
    if (before) {
      leftOut.inc({ policy: 'conflate' })
      resize(0, event.size - before.event.size)
      before.event = event
      before.missed += missed
    } else {
      if (queue.set(key, { event, missed }).size === 1) wire.onRoom(flush)
      resize(1, event.size)
    }
    while (queue.size > 1 && isFull(event.slow)) {
      leftOut.inc({ policy: event.slow === 'close' ? 'close' : 'drop' })
      if (event.slow === 'close') return finish(tooSlow)
      dropOldest()
    }
    if (wire.waiting - size > queueLimits.connectionMost) finish(tooSlow)
  }

  const dropOldest = () => {
    const [first, second] = queue
    if (!first || !second) return
    const [key, oldest] = first
    queue.delete(key)
    resize(-1, -oldest.event.size)
    second[1].missed += oldest.missed + 1
  }

  return {
    event: (event, missed) => {
      if (closed || ending) return
      if (queue.size > 0 || !send(event, missed)) enqueue(event, missed)
    },
    ended: (how) => {
      ending = how
      if (queue.size === 0) finish(how)
    },
    close: () => {
      if (!closed) close()
    },
  }
}

/** Adds the notice to a response that is JSON already. */
const withGap = (payload: string, missed: number): string =>
  `${payload.slice(0, -1)},"extensions":{"gap":{"missed":${missed}}}}`
