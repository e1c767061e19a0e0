import type { Viewer } from '@holdfast/service'
import type { Prepared } from '../answering.ts'
import type { Operation } from '../document/operation.ts'
import { upstreams } from '../meter.ts'
import { Channel, type ChannelOptions, type Listener } from './channel.ts'

export interface Channels {
  /** Lets the client listen to what it subscribed to; the returned function lets it go. */
  join(prepared: Prepared, viewer: Viewer, traceparent: string | undefined, listener: Listener): () => void
}

/**
 * Finds the channel that a client can share: the same operation and variables, asked by the same identity, so that nobody
 * is sent what was resolved for somebody else. And only until its first event: many subscriptions begin with a snapshot,
 * and who comes later needs one of his own.
 */
export function channels(options: ChannelOptions): Channels {
  const open = new Map<Operation, Map<string, Channel>>()

  const create = (prepared: Prepared, viewer: Viewer, key: string): Channel => {
    const { operation } = prepared
    const same = open.get(operation) ?? new Map<string, Channel>()
    open.set(operation, same)
    const subgraph = operation.planFor(viewer).event?.subgraph ?? ''
    const close = () => {
      if (same.get(key) === channel) same.delete(key)
      if (same.size === 0 && open.get(operation) === same) open.delete(operation)
    }
    let ended = false
    const channel: Channel = new Channel(prepared, viewer, options, {
      firstEvent: close,
      end: () => {
        close()
        if (!ended) upstreams.dec({ subgraph })
        ended = true
      },
    })
    same.set(key, channel)
    upstreams.inc({ subgraph })
    return channel
  }

  return {
    join: (prepared, viewer, traceparent, listener) => {
      const key = JSON.stringify([viewer, prepared.variables])
      const known = open.get(prepared.operation)?.get(key)
      if (known) return known.join(listener)
      const channel = create(prepared, viewer, key)
      const leave = channel.join(listener)
      channel.open(traceparent)
      return leave
    },
  }
}
