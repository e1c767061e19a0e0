import { isDeepStrictEqual } from 'node:util'
import type { Viewer } from '@holdfast/service/identity'
import { inTrace, type Log } from '@holdfast/service/process'
import { keyOf } from '../document/event-key.ts'
import { complete } from '../execute/complete.ts'
import { type Run, runStep, type Subgraphs, takeRoot } from '../execute/execute.ts'
import { Trouble } from '../execute/trouble.ts'
import { type Answer, brokenAnswer } from '../subgraph/answer.ts'
import type { StreamEvents, StreamRequest } from '../subgraph/stream.ts'
import * as measures from './measures.ts'
import type { Ending, Event, Listener } from './outlet.ts'
import { upstreamOf, type View } from './view.ts'

export interface ChannelOptions {
  readonly subgraphs: Subgraphs
  subscribe(subgraph: string, request: StreamRequest, events: StreamEvents): () => void
  /** Where the subgraph is now; undefined when there is none of this name. */
  urlOf(subgraph: string): string | undefined
  /** Milliseconds for what an event asks of other subgraphs. */
  readonly budgetMs: number
  readonly log: Log
}

/** A client of a channel. */
export interface Member {
  readonly listener: Listener
  readonly viewer: Viewer
  /** Where it listens now: a new graph may show different things to who saw the same before. */
  channel: Channel
  /** The last event there that it got; what came before it joined is not for it, and not missed. */
  last: number
}

interface Waiting {
  readonly answer: Answer
  readonly trace: string | undefined
  readonly number: number
}

/** The subscription at the subgraph. */
interface Upstream {
  readonly asked: ReturnType<typeof upstreamOf>
  readonly counted: ReturnType<typeof measures.countUpstream>
  stop: () => void
}

interface ChannelEvents {
  /** What it shows, or whether others may join, is no longer what it was. */
  readonly changed: () => void
  readonly end: () => void
}

const backlogLimit = 256 // events waiting to be resolved; a subgraph that is that far ahead will not be caught up with

/**
 * One subscription at a subgraph, for every client that sees the same of it. Each event is resolved and serialised once,
 * however many listen; events come in order.
 */
export class Channel {
  #view: View
  readonly #options: ChannelOptions
  readonly #traceparent: string | undefined
  readonly #on: ChannelEvents
  readonly #members = new Set<Member>()
  #backlog: Waiting[] = []
  #upstream: Upstream | undefined
  /** Number of the last event that came or was lost: what a member missed is what lies between two that it got. */
  #last = 0
  #resolving = false
  #ending: Ending | undefined

  constructor(view: View, traceparent: string | undefined, options: ChannelOptions, on: ChannelEvents) {
    this.#view = view
    this.#traceparent = traceparent
    this.#options = options
    this.#on = on
  }

  get view(): View {
    return this.#view
  }

  get members(): ReadonlySet<Member> {
    return this.#members
  }

  /** Whether the subgraph is no longer where it was subscribed to. */
  get isMoved(): boolean {
    return this.#upstream !== undefined && this.#upstream.asked.url !== this.#url()
  }

  /** Takes in a client, which leaves the channel where it was. */
  add(member: Member): void {
    member.channel.#members.delete(member)
    member.channel = this
    member.last = this.#last
    this.#members.add(member)
  }

  /** The last one ends the subscription at the subgraph. */
  remove(member: Member): void {
    if (this.#members.delete(member) && this.#members.size === 0) this.#close('unused')
  }

  open(): void {
    const { event, told, prepared } = this.#view
    const { subgraph } = event
    const counted = measures.countUpstream(subgraph)
    const upstream: Upstream = { asked: upstreamOf(this.#view, this.#url()), counted, stop: () => undefined }
    this.#upstream = upstream
    const isCurrent = () => this.#upstream === upstream
    upstream.stop = this.#options.subscribe(
      subgraph,
      { text: event.text, variables: prepared.variables, viewer: told, traceparent: this.#traceparent },
      {
        next: (answer, trace) => {
          measures.received.inc({ subgraph })
          if (isCurrent()) this.#take(answer, trace ?? this.#traceparent)
        },
        resumed: () => {
          measures.upstreamsResumed.inc({ subgraph })
          if (isCurrent()) this.tellGap()
        },
        ended: (failure) => {
          upstream.counted(failure ? 'failed' : 'completed')
          // Given up because the subgraph is somewhere else now, where it will be subscribed to.
          if (!isCurrent() || this.isMoved) return
          if (failure) this.#take(failure, this.#traceparent)
          this.#ending = { reason: failure ? 'refused' : 'completed' }
          this.#on.changed()
          if (!this.#resolving) this.end(this.#ending)
        },
      },
    )
  }

  /** Whether the subscription at the subgraph is the one that `view` needs. */
  isFeeding(view: View): boolean {
    const wanted = upstreamOf(view, this.#options.urlOf(view.event.subgraph) ?? '')
    return isDeepStrictEqual(this.#upstream?.asked, wanted)
  }

  /** Whether somebody who comes now misses nothing that he needs. */
  get isJoinable(): boolean {
    return !this.#ending && (this.#last === 0 || !this.#view.prepared.operation.live?.snapshot)
  }

  /** From the next event on its members see `view`. What was lost on the way is told as a gap. */
  change(view: View): void {
    const goesOn = this.isFeeding(view) || this.#ending
    this.#view = view
    if (!goesOn) {
      this.#stop('moved')
      // What came by the old subscription may lack what the new one is for; how much was lost besides is not known.
      this.#backlog = []
      this.tellGap()
      this.open()
    }
    this.#on.changed()
  }

  /** The next event tells its members that something is missing before it. */
  tellGap(): void {
    this.#last++
  }

  /** Tells all members that there is no more. */
  end(ending: Ending): void {
    const members = [...this.#members]
    this.#members.clear()
    for (const { listener } of members) listener.ended(ending)
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

  #url(): string {
    return this.#options.urlOf(this.#view.event.subgraph) ?? ''
  }

  #take(answer: Answer, trace: string | undefined): void {
    this.#backlog.push({ answer, trace, number: ++this.#last })
    if (!this.isJoinable) this.#on.changed()
    if (this.#backlog.length > backlogLimit) {
      this.#backlog.shift()
      measures.overtaken.inc()
    }
    if (!this.#resolving) void this.#resolveAll()
  }

  async #resolveAll(): Promise<void> {
    this.#resolving = true
    for (let next = this.#backlog.shift(); next && this.#members.size > 0; next = this.#backlog.shift()) {
      const { answer, trace, number } = next
      const event = await inTrace(trace, () => this.#resolve(answer)).catch((err: unknown) => this.#broken(err))
      for (const member of this.#members) {
        const missed = number - member.last - 1
        if (missed < 0) continue // It joined while this was on its way.
        member.last = number
        member.listener.event(event, missed)
      }
    }
    this.#resolving = false
    if (this.#ending) this.end(this.#ending)
  }

  async #resolve(answer: Answer): Promise<Event> {
    const { prepared, planned, event, viewer, told } = this.#view
    const { graph, operation, variables } = prepared
    const { subgraphs, budgetMs } = this.#options
    const timed = measures.resolveSeconds.startTimer()
    const run: Run = {
      graph,
      subgraphs,
      viewer: told,
      variables,
      deadline: Date.now() + budgetMs,
      data: {},
      trouble: new Trouble(),
    }
    takeRoot(answer, event.outputs, run)
    if (planned.step) await runStep(planned.step, run)
    const { data, errors } = complete(planned.shape(variables), run.data, run.trouble, viewer)
    timed()
    measures.resolved.inc({ outcome: errors.length > 0 ? 'errors' : 'ok' })
    const { slow = 'drop', key, source = '' } = operation.live ?? {}
    return eventOf(
      JSON.stringify(errors.length > 0 ? { errors, data } : { data }),
      slow,
      key && keyOf(run.data[source], key),
    )
  }

  #broken(err: unknown): Event {
    const { operation } = this.#view.prepared
    this.#options.log.error({ err, operation: operation.name }, 'event could not be resolved')
    measures.resolved.inc({ outcome: 'broken' })
    return eventOf(JSON.stringify({ errors: [brokenAnswer] }), operation.live?.slow ?? 'drop', undefined)
  }
}

export const eventOf = (payload: string, slow: Event['slow'], key: string | undefined): Event => ({
  payload,
  size: Buffer.byteLength(payload),
  key,
  slow,
})
