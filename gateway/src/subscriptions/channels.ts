import { setImmediate } from 'node:timers/promises'
import type { Viewer } from '@holdfast/service'
import type { OperationRequest, Preparation, Prepared } from '../answering.ts'
import type { Operation } from '../document/operation.ts'
import { complete } from '../execute/complete.ts'
import { type Fault, Trouble } from '../execute/trouble.ts'
import type { Graph } from '../supergraph/graph.ts'
import { Channel, type ChannelOptions, eventOf, type Member } from './channel.ts'
import { oneByOne } from './leaving.ts'
import type { Event, Listener } from './outlet.ts'
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
 * Finds the channel that a client can share: the same operation and variables, seen by those who see the same. Where each
 * subscription begins with a snapshot only until its first event: who comes later needs a snapshot of his own.
 */
export function channels(options: ChannelsOptions): Channels {
  const all = new Set<Channel>()
  const joinable = new WeakMap<Operation, Map<string, Channel>>()
  const listed = new Map<Channel, () => void>()
  let current: Graph | undefined
  let bringing = false

  const create = (view: View, traceparent: string | undefined): Channel => {
    const channel: Channel = new Channel(view, traceparent, options, {
      begun: () => unlist(channel),
      end: () => {
        unlist(channel)
        all.delete(channel)
      },
    })
    all.add(channel)
    return channel
  }

  /** Lets others join it. */
  const list = (channel: Channel): void => {
    const { prepared } = channel.view
    const same = joinable.get(prepared.operation) ?? new Map<string, Channel>()
    joinable.set(prepared.operation, same)
    const key = sharedKey(channel.view)
    if (same.has(key)) return
    same.set(key, channel)
    listed.set(channel, () => same.delete(key))
  }

  const unlist = (channel: Channel): void => {
    listed.get(channel)?.()
    listed.delete(channel)
  }

  /** Plans a channel for the current graph; answers who of its members is no longer to see it. */
  const bringOver = (channel: Channel): Leaving[] => {
    const members = [...channel.members]
    const preparation = options.prepare(channel.view.prepared.request)
    if (!preparation.ok)
      return members.map((member) => ({ member, fault: changed(preparation.faults[0]?.message ?? '') }))
    const seen = members.map((member) => ({ member, view: viewOf(preparation.prepared, member.viewer) }))
    const groups = [...Map.groupBy(seen, ({ view }) => view?.key).values()]
    const staying =
      groups.find(([one]) => one?.view && channel.isFeeding(one.view)) ?? groups.find(([one]) => one?.view)
    for (const group of groups) {
      const view = group[0]?.view
      if (!view) continue
      if (group === staying) {
        channel.change(view)
        // An event on its way was resolved for those who listen now, and for nobody who joins.
        if (!view.prepared.operation.live?.snapshot && !channel.isResolving) list(channel)
      } else {
        const own = create(view, undefined)
        own.tellGap()
        for (const { member } of group) own.add(member)
        own.open()
      }
    }
    return seen.flatMap(({ member, view }) =>
      view ? [] : [{ member, fault: changed('You are not allowed to see it any more.') }],
    )
  }

  const isBehind = (channel: Channel) => channel.view.prepared.graph !== current

  const bringAllOver = async () => {
    if (bringing) return
    bringing = true
    const leaving: Leaving[] = []
    const behind = () => [...all].filter(isBehind)
    for (let left = behind(); left.length > 0; left = behind()) {
      // Connections to subgraphs that moved are given up after a while.
      for (const channel of left.toSorted((a, b) => Number(b.isMoved) - Number(a.isMoved))) {
        await setImmediate()
        if (!all.has(channel) || !isBehind(channel)) continue
        const members = [...channel.members]
        let gone: Leaving[]
        try {
          gone = bringOver(channel)
        } catch (err) {
          options.log.error({ err, operation: channel.view.prepared.operation.name }, 'no plan in the new graph')
          gone = members.map((member) => ({ member, fault: changed('') }))
        }
        for (const { member } of gone) member.channel.remove(member)
        leaving.push(...gone)
      }
    }
    bringing = false
    await oneByOne(leaving, ({ member, fault }) => member.listener.ended({ reason: 'schema changed', fault }))
  }

  const bring = () => {
    bringAllOver().catch((err: unknown) => options.log.error({ err }, 'subscriptions were not brought over'))
  }

  return {
    join: (prepared, viewer, traceparent, listener) => {
      const view = viewOf(prepared, viewer)
      if (!view) {
        listener.event(denied(prepared, viewer), 0)
        listener.ended({ reason: 'refused' })
        return () => undefined
      }
      const known = joinable.get(prepared.operation)?.get(sharedKey(view))
      const channel = known ?? create(view, traceparent)
      if (!known) list(channel)
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

const sharedKey = ({ key, prepared }: View): string => JSON.stringify([key, prepared.variables])

interface Leaving {
  readonly member: Member
  readonly fault: Fault
}

const changed = (reason: string): Fault => ({
  message: `The schema has changed, and this subscription is not part of the new one. ${reason}`.trimEnd(),
  extensions: { code: 'SUBSCRIPTION_SCHEMA_RELOAD' },
})

/** All that a viewer gets who may see nothing of it: which is why. */
function denied({ operation, variables }: Prepared, viewer: Viewer): Event {
  const { data, errors } = complete(operation.planFor(viewer).shape(variables), {}, new Trouble(), viewer)
  return eventOf(JSON.stringify({ errors, data }), 'drop', undefined)
}
