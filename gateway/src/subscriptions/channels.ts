import { setImmediate } from 'node:timers/promises'
import type { Viewer } from '@holdfast/service'
import type { OperationRequest, Preparation, Prepared } from '../answering.ts'
import type { Operation } from '../document/operation.ts'
import type { Fault } from '../execute/trouble.ts'
import type { Graph } from '../supergraph/graph.ts'
import { Channel, type ChannelOptions, type Member } from './channel.ts'
import { oneByOne } from './leaving.ts'
import type { Listener } from './outlet.ts'
import { type View, viewOf } from './view.ts'

export interface Channels {
  /** Lets the client listen to what it subscribed to; the returned function lets it go. Throws when that has no plan. */
  join(prepared: Prepared, viewer: Viewer, traceparent: string | undefined, listener: Listener): () => void
  /**
   * Brings open subscriptions over to a new graph, between events: each is planned again, its viewers' rights are looked
   * at again, and the subscription at the subgraph goes on where it is still the same. Those that the new graph cannot
   * answer end with an error, one client after the other.
   */
  follow(graph: Graph): void
}

export interface ChannelsOptions extends ChannelOptions {
  /** Plans for the graph that is served now. */
  prepare(request: OperationRequest): Preparation
}

/**
 * Finds the channel that a client can share: the same operation and variables, seen by those who see the same. And only
 * until its first event: many subscriptions begin with a snapshot, and who comes later needs one of his own.
 */
export function channels(options: ChannelsOptions): Channels {
  const all = new Set<Channel>()
  const joinable = new WeakMap<Operation, Map<string, Channel>>()
  let current: Graph | undefined
  let bringing = false

  const create = (view: View, traceparent: string | undefined, close: () => void): Channel => {
    const channel: Channel = new Channel(view, traceparent, options, {
      begun: close,
      end: () => {
        close()
        all.delete(channel)
      },
    })
    all.add(channel)
    return channel
  }

  const createJoinable = (view: View, key: string, traceparent: string | undefined): Channel => {
    const same = joinable.get(view.prepared.operation) ?? new Map<string, Channel>()
    joinable.set(view.prepared.operation, same)
    const channel = create(view, traceparent, () => {
      if (same.get(key) === channel) same.delete(key)
    })
    same.set(key, channel)
    return channel
  }

  /** Plans a channel for the current graph; answers the fault when there is no way. */
  const bringOver = (channel: Channel): Fault | undefined => {
    const preparation = options.prepare(channel.view.prepared.request)
    if (!preparation.ok) return changed(preparation.faults[0]?.message)
    const views = Map.groupBy(
      [...channel.members].map((member) => ({ member, view: viewOf(preparation.prepared, member.viewer) })),
      ({ view }) => view.key,
    )
    const groups = [...views.values()]
    const staying = groups.find(([one]) => one && channel.isFedBy(one.view)) ?? groups[0]
    for (const group of groups) {
      const view = group[0]?.view
      if (!view) continue
      if (group === staying) channel.change(view)
      else {
        const own = create(view, undefined, () => undefined)
        own.tellGap()
        for (const { member } of group) own.add(member)
        own.open()
      }
    }
    return undefined
  }

  const isBehind = (channel: Channel) => channel.view.prepared.graph !== current

  const bringAllOver = async () => {
    if (bringing) return
    bringing = true
    const leaving: { readonly member: Member; readonly fault: Fault }[] = []
    const behind = () => [...all].filter(isBehind)
    for (let left = behind(); left.length > 0; left = behind()) {
      // Connections to subgraphs that moved are given up after a while.
      for (const channel of left.toSorted((a, b) => Number(b.isMoved) - Number(a.isMoved))) {
        await setImmediate()
        if (!all.has(channel) || !isBehind(channel)) continue
        let fault: Fault | undefined
        try {
          fault = bringOver(channel)
        } catch (err) {
          options.log.error({ err, operation: channel.view.prepared.operation.name }, 'no plan in the new graph')
          fault = changed(undefined)
        }
        if (!fault) continue
        all.delete(channel)
        channel.silence()
        for (const member of channel.members) leaving.push({ member, fault })
      }
    }
    bringing = false
    await oneByOne(leaving, ({ member, fault }) => {
      if (!member.channel.members.has(member)) return
      member.channel.remove(member)
      member.listener.ended({ reason: 'schema changed', fault })
    })
  }

  const bring = () => {
    bringAllOver().catch((err: unknown) => options.log.error({ err }, 'subscriptions were not brought over'))
  }

  return {
    join: (prepared, viewer, traceparent, listener) => {
      const view = viewOf(prepared, viewer)
      const key = JSON.stringify([view.key, prepared.variables])
      const known = joinable.get(prepared.operation)?.get(key)
      const channel = known ?? createJoinable(view, key, traceparent)
      const member: Member = { listener, viewer, channel }
      channel.add(member)
      const leave = () => member.channel.remove(member)
      try {
        if (!known) channel.open()
      } catch (err) {
        leave()
        throw err
      }
      // It was read while the graph before was served.
      if (isBehind(channel)) bring()
      return leave
    },
    follow: (graph) => {
      current = graph
      bring()
    },
  }
}

const changed = (reason: string | undefined): Fault => ({
  message: `The schema has changed, and this subscription is not part of the new one. ${reason ?? ''}`.trimEnd(),
  extensions: { code: 'SUBSCRIPTION_SCHEMA_RELOAD' },
})
