import { setImmediate } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Viewer } from '@holdfast/service/identity'
import type { ResponseError } from '../core/errors.ts'
import { subscriptions as messages } from '../core/messages.ts'
import type { OperationRequest } from '../core/request.ts'
import { complete } from '../execution/complete.ts'
import { ExecutionErrors } from '../execution/execution-errors.ts'
import type { Operation } from '../operation/operation.ts'
import type { OperationPlanner, PreparedOperation } from '../operation/prepare.ts'
import type { Graph } from '../supergraph/graph.ts'
import { Channel, type ChannelOptions, type Member } from './channel.ts'
import { type Event, eventOf, type Subscriber } from './client-queue.ts'
import { staggered } from './staggered.ts'
import { type View, viewOf } from './view.ts'

export type Channels = ReturnType<typeof channels>

/**
 * Finds the channel that a client can share: the same operation and variables, for viewers who see the same. Where each subscription
 * begins with a snapshot, a channel is shared only until its first event; each later client gets its own channel and snapshot.
 * `planner` prepares operations for the graph that is served now.
 */
export function channels(options: ChannelOptions & { readonly planner: Pick<OperationPlanner, 'prepare'> }) {
  const { planner, log } = options
  const all = new Set<Channel>()
  const joinable = new WeakMap<Operation, Map<string, Channel>>()
  const listed = new Map<Channel, () => void>()
  let current: Graph | undefined
  let replanning = false

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

  /** Makes a channel available to others with the same view, as long as they may join. */
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

  /** Replans a channel for the current graph and returns the members that may no longer see it. */
  const replan = (channel: Channel): Removal[] => {
    const members = [...channel.members]
    const preparation = planner.prepare(channel.view.prepared.request)
    if (!preparation.ok) return removals(members, preparation.errors[0]?.message ?? '')
    const views = members.map((member) => ({ member, view: viewOf(preparation.prepared, member.viewer) }))
    const groups = [...Map.groupBy(views, ({ view }) => view?.key).values()]
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
        own.markGap()
        own.start()
      }
    }
    return removals(
      views.flatMap(({ member, view }) => (view ? [] : [member])),
      messages.noLongerAllowed,
    )
  }

  const isOutdated = (channel: Channel) => channel.view.prepared.graph !== current

  /** Replans a channel and returns the members that were removed from it, who still need to get the error. */
  const replanOrRemove = (channel: Channel): Removal[] => {
    const members = [...channel.members]
    let removed: Removal[]
    try {
      removed = replan(channel)
    } catch (err) {
      log.error({ err, operation: channel.view.prepared.operation.name }, 'no plan in the new graph')
      removed = removals(members, '')
    }
    for (const { member } of removed) member.channel.remove(member)
    return removed
  }

  const replanAll = async () => {
    if (replanning) return
    replanning = true
    const removed: Removal[] = []
    const outdated = () => [...all].filter(isOutdated)
    try {
      for (let left = outdated(); left.length > 0; left = outdated()) {
        // Moved subgraphs first: connections to their old URLs are closed after a while.
        for (const channel of left.toSorted((a, b) => Number(b.isMoved) - Number(a.isMoved))) {
          await setImmediate()
          if (all.has(channel) && isOutdated(channel)) removed.push(...replanOrRemove(channel))
        }
      }
    } finally {
      replanning = false
    }
    await endEach(removed)
  }

  /** Replans at once what `request` may share, because otherwise it would get a second subscription while it waits. */
  const replanSame = (request: OperationRequest) => {
    const removed = [...all]
      .filter((channel) => isOutdated(channel) && isDeepStrictEqual(channel.view.prepared.request, request))
      .flatMap(replanOrRemove)
    if (removed.length > 0) void endEach(removed)
  }

  const endEach = (removed: readonly Removal[]) =>
    staggered(removed, ({ member, error }) => member.subscriber.ended({ reason: 'schema changed', error }))

  const startReplanning = () => {
    replanAll().catch((err: unknown) => log.error({ err }, 'subscriptions could not be replanned'))
  }

  return {
    /** Adds a client's subscription; the returned function removes it. Throws when the operation has no plan. */
    join: (
      prepared: PreparedOperation,
      viewer: Viewer,
      traceparent: string | undefined,
      subscriber: Subscriber,
    ): (() => void) => {
      const view = viewOf(prepared, viewer)
      if (!view) {
        subscriber.event(denied(prepared, viewer), 0)
        subscriber.ended({ reason: 'refused' })
        return () => undefined
      }
      if (replanning) replanSame(prepared.request)
      const known = joinable.get(prepared.operation)?.get(sharedKey(view))
      const channel = known ?? create(view, traceparent)
      const member: Member = { subscriber, viewer, channel, last: 0 }
      channel.add(member)
      const leave = () => member.channel.remove(member)
      try {
        if (!known) channel.start()
      } catch (err) {
        leave()
        throw err
      }
      // It was prepared while the previous graph was served.
      if (isOutdated(channel)) startReplanning()
      return leave
    },
    /**
     * Replans open subscriptions for a new graph, between events, and checks the rights of their viewers again. Where the subscription
     * at the subgraph stays the same, it goes on. Subscriptions that are not valid for the new graph end with an error, one client after
     * the other.
     */
    follow: (graph: Graph) => {
      current = graph
      startReplanning()
    },
  }
}

const sharedKey = ({ key, prepared }: View): string => JSON.stringify([key, prepared.variables])

interface Removal {
  readonly member: Member
  readonly error: ResponseError
}

const removals = (members: readonly Member[], reason: string): Removal[] =>
  members.map((member) => ({ member, error: messages.notInNewSchema(reason) }))

/** All that a viewer gets who may see nothing of it: the errors that say why. */
function denied({ operation, variables }: PreparedOperation, viewer: Viewer): Event {
  const { text } = complete(operation.planFor(viewer).shape(variables), {}, new ExecutionErrors(), viewer)
  return eventOf(text, 'drop', undefined)
}
