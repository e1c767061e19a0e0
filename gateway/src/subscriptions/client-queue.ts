import type { ResponseError } from '../core/errors.ts'
import { subscriptions as messages } from '../core/messages.ts'
import { delivered, type EndReason, queuedBytes, queuedEvents, skipped } from '../metrics/subscriptions.ts'
import type { SlowClientPolicy } from '../supergraph/live-directive.ts'
import type { ClientConnection } from './connection.ts'

export type Event = Readonly<ReturnType<typeof eventOf>>

/** An event as clients get it. `payload` is the JSON of a GraphQL response. */
export const eventOf = (payload: string, slow: SlowClientPolicy, key: string | undefined) => ({
  payload,
  /** Bytes of the payload. */
  size: Buffer.byteLength(payload),
  /** The key of the object whose state it carries, where its field conflates events; undefined when it has none. */
  key,
  slow,
})

/** Why a subscription ends. With an error the client gets that first. */
export interface Ending {
  readonly reason: EndReason
  readonly error?: ResponseError
}

/** A client's subscription, as the channel sees it. */
export interface Subscriber {
  /** `missed` events before this one were not sent. */
  event(event: Event, missed: number): void
  ended(ending: Ending): void
}

const queueLimits = {
  /** Events. Conflated events are about different objects, of which a map may show many. */
  events: { drop: 64, close: 64, conflate: 1_000 },
  /** Bytes of one subscription, and of all subscriptions on a connection. */
  bytes: 1_000_000,
  connectionBytes: 4_000_000,
  /** Bytes on a connection where each subscription has one event of any size waiting; above it the newest subscription ends. */
  connectionMost: 8_000_000,
} as const

const tooSlow: Ending = { reason: 'too slow', error: messages.tooSlow }

/**
 * Delivers events to one client at the client's own pace. What the network does not accept waits in a bounded queue. When the queue is
 * full, or a newer event with the same key arrives, the field's policy decides. After events were dropped, the next one has their
 * number in `extensions.gap.missed`.
 */
export function clientQueue(
  connection: ClientConnection,
  frame: (payload: string) => string,
  end: (ending: Ending) => void,
): Subscriber & { close(): void } {
  /** Oldest first, by the key under which newer events replace them. */
  const queue = new Map<string | symbol, { event: Event; missed: number }>()
  let size = 0
  let ending: Ending | undefined
  let closed = false

  const resize = (events: number, bytes: number) => {
    size += bytes
    connection.queuedBytes += bytes
    queuedEvents.inc(events)
    queuedBytes.inc(bytes)
  }

  const close = () => {
    closed = true
    resize(-queue.size, -size)
    queue.clear()
    connection.offRoom(flush)
  }

  const finish = (how: Ending) => {
    if (closed) return
    close()
    end(how)
  }

  /** Returns false, and has done nothing, when there is no room. */
  const send = ({ payload }: Event, missed: number): boolean => {
    if (!connection.hasRoom()) return false
    connection.send(frame(missed > 0 ? withGap(payload, missed) : payload))
    delivered.inc()
    return true
  }

  const flush = () => {
    for (const [key, { event, missed }] of queue) {
      if (!send(event, missed)) return connection.onRoom(flush)
      queue.delete(key)
      resize(-1, -event.size)
    }
    if (ending) finish(ending)
  }

  const isFull = (slow: SlowClientPolicy): boolean =>
    queue.size > queueLimits.events[slow] ||
    size > queueLimits.bytes ||
    connection.queuedBytes > queueLimits.connectionBytes

  const enqueue = (event: Event, missed: number) => {
    const key = event.key ?? Symbol()
    const before = queue.get(key)
    if (before) {
      skipped.inc({ policy: 'conflate' })
      resize(0, event.size - before.event.size)
      before.event = event
      before.missed += missed
    } else {
      if (queue.set(key, { event, missed }).size === 1) connection.onRoom(flush)
      resize(1, event.size)
    }
    while (queue.size > 1 && isFull(event.slow)) {
      skipped.inc({ policy: event.slow === 'close' ? 'close' : 'drop' })
      if (event.slow === 'close') return finish(tooSlow)
      dropOldest()
    }
    if (connection.queuedBytes - size > queueLimits.connectionMost) finish(tooSlow)
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
    /** The client has left: nothing is sent any more. */
    close: () => {
      if (!closed) close()
    },
  }
}

/** Adds the gap to a response that is JSON already. */
const withGap = (payload: string, missed: number): string =>
  `${payload.slice(0, -1)},"extensions":{"gap":{"missed":${missed}}}}`
