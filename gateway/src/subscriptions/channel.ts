import { isDeepStrictEqual } from 'node:util'
import type { Viewer } from '@holdfast/service/identity'
import { inTrace, type Log } from '@holdfast/service/process'
import { internalError } from '../core/messages.ts'
import { complete } from '../execution/complete.ts'
import { ExecutionErrors } from '../execution/execution-errors.ts'
import { mergeRoot, type Run, runStep } from '../execution/run-steps.ts'
import * as metrics from '../metrics/subscriptions.ts'
import { keyOf } from '../operation/event-key.ts'
import type { SubgraphConnections } from '../subgraph/connections.ts'
import type { SubgraphResult } from '../subgraph/result.ts'
import { type Ending, type Event, eventOf, type Subscriber } from './client-queue.ts'
import { upstreamOf, type View } from './view.ts'

export interface ChannelOptions {
  readonly subgraphs: Pick<SubgraphConnections, 'send' | 'read' | 'subscribe' | 'urlOf'>
  /** Milliseconds for what one event requests from other subgraphs. */
  readonly eventBudgetMs: number
  readonly log: Log
}

/** A client of a channel. */
export interface Member {
  readonly subscriber: Subscriber
  readonly viewer: Viewer
  /** Its channel now. After a new graph, viewers who saw the same before may see different things. */
  channel: Channel
  /** Number of the last event that it got from the channel. Events before it joined do not count as missed. */
  last: number
}

/** The subscription at the subgraph. */
interface Upstream {
  readonly subscription: ReturnType<typeof upstreamOf>
  readonly counted: ReturnType<typeof metrics.countUpstream>
  stop: () => void
}

interface ChannelEvents {
  /** The view has changed, or whether others may join. */
  readonly changed: () => void
  readonly end: () => void
}

const backlogLimit = 256 // events that wait to be resolved; a subgraph that is further ahead would not be caught up with

/**
 * One subscription at a subgraph, for all clients that see the same of it. Each event is resolved and serialised once, however many
 * clients get it. Events stay in order.
 */
export class Channel {
  /** Replaced by `change`. */
  view: View
  readonly #options: ChannelOptions
  readonly #traceparent: string | undefined
  readonly #on: ChannelEvents
  readonly members = new Set<Member>()
  #backlog: { readonly result: SubgraphResult; readonly trace: string | undefined; readonly number: number }[] = []
  #upstream: Upstream | undefined
  /** Number of the last event that arrived or was lost. A member missed what is between two numbers that it got. */
  #last = 0
  #resolving = false
  #ending: Ending | undefined

  constructor(view: View, traceparent: string | undefined, options: ChannelOptions, on: ChannelEvents) {
    this.view = view
    this.#traceparent = traceparent
    this.#options = options
    this.#on = on
  }

  /** Whether the subgraph has another URL than the one that was subscribed to. */
  get isMoved(): boolean {
    return this.#upstream !== undefined && this.#upstream.subscription.url !== this.#url(this.view)
  }

  /** Adds a client, which leaves its previous channel. */
  add(member: Member): void {
    member.channel.members.delete(member)
    member.channel = this
    member.last = this.#last
    this.members.add(member)
  }

  /** When the last member is removed, the subscription at the subgraph ends. */
  remove(member: Member): void {
    if (this.members.delete(member) && this.members.size === 0) this.#close('unused')
  }

  start(): void {
    const { event, subgraphViewer, prepared } = this.view
    const { subgraph } = event
    const upstream: Upstream = {
      subscription: upstreamOf(this.view, this.#url(this.view)),
      counted: metrics.countUpstream(subgraph),
      stop: () => undefined,
    }
    this.#upstream = upstream
    const isCurrent = () => this.#upstream === upstream
    upstream.stop = this.#options.subgraphs.subscribe(
      subgraph,
      { text: event.text, variables: prepared.variables, viewer: subgraphViewer, traceparent: this.#traceparent },
      {
        next: (result, trace) => {
          metrics.received.inc({ subgraph })
          if (isCurrent()) this.#receive(result, trace ?? this.#traceparent)
        },
        resumed: () => {
          metrics.upstreamsResumed.inc({ subgraph })
          if (isCurrent()) this.markGap()
        },
        ended: (failure) => {
          upstream.counted(failure ? 'failed' : 'completed')
          // A moved subgraph is subscribed to at its new URL.
          if (!isCurrent() || this.isMoved) return
          if (failure) this.#receive(failure, this.#traceparent)
          this.#ending = { reason: failure ? 'refused' : 'completed' }
          this.#on.changed()
          if (!this.#resolving) this.end(this.#ending)
        },
      },
    )
  }

  /** Whether the subscription at the subgraph is the one that `view` needs. */
  isFeeding(view: View): boolean {
    return isDeepStrictEqual(this.#upstream?.subscription, upstreamOf(view, this.#url(view)))
  }

  /** Whether a client that joins now misses nothing that it needs. */
  get isJoinable(): boolean {
    return !this.#ending && (this.#last === 0 || !this.view.prepared.operation.live?.snapshot)
  }

  /** Members see `view` from the next event on. Events that are lost by the change are marked as a gap. */
  change(view: View): void {
    const isUnchanged = this.isFeeding(view) || this.#ending
    this.view = view
    if (!isUnchanged) {
      this.#stop('moved')
      // Events of the old subscription may lack fields of the new one; how many others were lost is not known.
      this.#backlog = []
      this.markGap()
      this.start()
    }
    this.#on.changed()
  }

  /** The next event says that something is missing before it. */
  markGap(): void {
    this.#last++
  }

  /** Ends the subscriptions of all members. */
  end(ending: Ending): void {
    const members = [...this.members]
    this.members.clear()
    for (const { subscriber } of members) subscriber.ended(ending)
    this.#close('completed')
  }

  #close(reason: 'unused' | 'completed'): void {
    this.#backlog = []
    this.#stop(reason)
    this.#on.end()
  }

  #stop(reason: 'unused' | 'completed' | 'moved'): void {
    const upstream = this.#upstream
    this.#upstream = undefined
    upstream?.stop()
    upstream?.counted(reason)
  }

  #url({ event }: View): string {
    return this.#options.subgraphs.urlOf(event.subgraph) ?? ''
  }

  #receive(result: SubgraphResult, trace: string | undefined): void {
    this.#backlog.push({ result, trace, number: ++this.#last })
    if (!this.isJoinable) this.#on.changed()
    if (this.#backlog.length > backlogLimit) {
      this.#backlog.shift()
      metrics.backlogDropped.inc()
    }
    if (!this.#resolving) void this.#resolveAll()
  }

  async #resolveAll(): Promise<void> {
    this.#resolving = true
    for (let next = this.#backlog.shift(); next && this.members.size > 0; next = this.#backlog.shift()) {
      const { result, trace, number } = next
      const event = await inTrace(trace, () => this.#resolve(result)).catch((err: unknown) => this.#unresolved(err))
      for (const member of this.members) {
        const missed = number - member.last - 1
        if (missed < 0) continue // It joined while this event was being resolved.
        member.last = number
        member.subscriber.event(event, missed)
      }
    }
    this.#resolving = false
    if (this.#ending) this.end(this.#ending)
  }

  async #resolve(result: SubgraphResult): Promise<Event> {
    const { prepared, planned, event, viewer, subgraphViewer } = this.view
    const { graph, operation, variables } = prepared
    const { subgraphs, eventBudgetMs } = this.#options
    const timed = metrics.resolveSeconds.startTimer()
    const run: Run = {
      graph,
      subgraphs,
      viewer: subgraphViewer,
      variables,
      deadline: Date.now() + eventBudgetMs,
      data: {},
      errors: new ExecutionErrors(),
    }
    mergeRoot(result, event.outputs, run)
    if (planned.step) await runStep(planned.step, run)
    const { text, errors } = complete(planned.shape(variables), run.data, run.errors, viewer)
    timed()
    metrics.resolved.inc({ outcome: errors.length > 0 ? 'errors' : 'ok' })
    const { slow = 'drop', key, source = '' } = operation.live ?? {}
    return eventOf(text, slow, key && keyOf(run.data[source], key))
  }

  #unresolved(err: unknown): Event {
    const { operation } = this.view.prepared
    this.#options.log.error({ err, operation: operation.name }, 'event could not be resolved')
    metrics.resolved.inc({ outcome: 'broken' })
    return eventOf(JSON.stringify({ errors: [internalError] }), operation.live?.slow ?? 'drop', undefined)
  }
}
