import { setImmediate } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Viewer } from '@holdfast/service/identity'
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
      changed: () => list(channel),
      end: () => {
        unlist(channel)
        all.delete(channel)
      },
    })
    all.add(channel)
    list(channel)
    return channel
  }

  /** Lets others join it, by what it shows, as long as they may. */
  const list = (channel: Channel): void => {
    unlist(channel)
    if (!channel.isJoinable) return
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
      } else {
        const own = create(view, undefined)
        for (const { member } of group) own.add(member)
        own.tellGap()
        own.open()
      }
    }
    return seen.flatMap(({ member, view }) =>
      view ? [] : [{ member, fault: changed('You are not allowed to see it any more.') }],
    )
  }

  const isBehind = (channel: Channel) => channel.view.prepared.graph !== current

  /** Answers who was taken out of the channel, and is to be told why. */
  const bringOne = (channel: Channel): Leaving[] => {
    const members = [...channel.members]
    let leaving: Leaving[]
    try {
      leaving = bringOver(channel)
    } catch (err) {
      options.log.error({ err, operation: channel.view.prepared.operation.name }, 'no plan in the new graph')
      leaving = members.map((member) => ({ member, fault: changed('') }))
    }
    for (const { member } of leaving) member.channel.remove(member)
    return leaving
  }

  const bringAllOver = async () => {
    if (bringing) return
    bringing = true
    const leaving: Leaving[] = []
    const behind = () => [...all].filter(isBehind)
    try {
      for (let left = behind(); left.length > 0; left = behind()) {
        // Connections to subgraphs that moved are given up after a while.
        for (const channel of left.toSorted((a, b) => Number(b.isMoved) - Number(a.isMoved))) {
          await setImmediate()
          if (all.has(channel) && isBehind(channel)) leaving.push(...bringOne(channel))
        }
      }
    } finally {
      bringing = false
    }
    await tell(leaving)
  }

  /** Brings over at once what `request` may share, so that its turn is not waited for in a second subscription. */
  const bringSame = (request: OperationRequest) => {
    const leaving = [...all]
      .filter((channel) => isBehind(channel) && isDeepStrictEqual(channel.view.prepared.request, request))
      .flatMap(bringOne)
    if (leaving.length > 0) void tell(leaving)
  }

  const tell = (leaving: readonly Leaving[]) =>
    oneByOne(leaving, ({ member, fault }) => member.listener.ended({ reason: 'schema changed', fault }))

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
      if (bringing) bringSame(prepared.request)
      const known = joinable.get(prepared.operation)?.get(sharedKey(view))
      const channel = known ?? create(view, traceparent)
      const member: Member = { listener, viewer, channel, last: 0 }
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
