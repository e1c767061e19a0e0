import { inTrace, type Log, type Viewer } from '@holdfast/service'
import type { Prepared } from '../answering.ts'
import { complete } from '../execute/complete.ts'
import { type Run, runStep, type Subgraphs, takeRoot } from '../execute/execute.ts'
import { Trouble } from '../execute/trouble.ts'
import { type Answer, brokenAnswer } from '../subgraph/answer.ts'
import type { StreamEvents, StreamRequest } from '../subgraph/stream.ts'

/** A client's subscription, as the channel sees it. */
export interface Listener {
  /** An event, as the JSON of a GraphQL response; `missed` events before it were left out. */
  event(payload: string, missed: number): void
  ended(): void
}

export interface ChannelOptions {
  readonly subgraphs: Subgraphs
  subscribe(subgraph: string, request: StreamRequest, events: StreamEvents): () => void
  /** Milliseconds for what an event asks of other subgraphs. */
  readonly budgetMs: number
  readonly log: Log
}

const backlogLimit = 256 // events waiting to be resolved; a subgraph that is that far ahead will not be caught up with

/**
 * One subscription at a subgraph, for every client that sees the same of it. Each event is resolved and serialised once,
 * however many listen; events come in order.
 */
export class Channel {
  readonly #prepared: Prepared
  readonly #viewer: Viewer
  readonly #options: ChannelOptions
  readonly #listeners = new Set<Listener>()
  readonly #backlog: { readonly answer: Answer; readonly trace: string | undefined }[] = []
  readonly #onFirstEvent: () => void
  readonly #onEnd: () => void
  #missed = 0
  #resolving = false
  #upstreamEnded = false
  #stop: () => void = () => undefined

  constructor(
    prepared: Prepared,
    viewer: Viewer,
    options: ChannelOptions,
    on: { readonly firstEvent: () => void; readonly end: () => void },
  ) {
    this.#prepared = prepared
    this.#viewer = viewer
    this.#options = options
    this.#onFirstEvent = on.firstEvent
    this.#onEnd = on.end
  }

  open(traceparent: string | undefined): void {
    const { operation, variables } = this.#prepared
    const { event } = operation.planFor(this.#viewer)
    if (!event) throw new Error('only a subscription has a channel')
    this.#stop = this.#options.subscribe(
      event.subgraph,
      { text: event.text, variables, viewer: this.#viewer, traceparent },
      {
        next: (answer, trace) => this.#take(answer, trace ?? traceparent),
        resumed: () => {
          this.#missed++
        },
        ended: (failure) => {
          if (failure) this.#take(failure, traceparent)
          this.#upstreamEnded = true
          if (!this.#resolving) this.#end()
        },
      },
    )
  }

  /** Adds a client; the returned function takes it away, and the last one ends the subscription at the subgraph. */
  join(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) {
        this.#stop()
        this.#onEnd()
      }
    }
  }

  #take(answer: Answer, trace: string | undefined): void {
    this.#onFirstEvent()
    this.#backlog.push({ answer, trace })
    if (this.#backlog.length > backlogLimit) {
      this.#backlog.shift()
      this.#missed++
    }
    if (!this.#resolving) void this.#resolveAll()
  }

  async #resolveAll(): Promise<void> {
    this.#resolving = true
    for (let next = this.#backlog.shift(); next && this.#listeners.size > 0; next = this.#backlog.shift()) {
      const { answer, trace } = next
      const payload = await inTrace(trace, () => this.#resolve(answer)).catch((err: unknown) => this.#broken(err))
      const missed = this.#missed
      this.#missed = 0
      for (const listener of this.#listeners) listener.event(payload, missed)
    }
    this.#resolving = false
    if (this.#upstreamEnded) this.#end()
  }

  async #resolve(answer: Answer): Promise<string> {
    const { graph, operation, variables } = this.#prepared
    const { subgraphs, budgetMs } = this.#options
    const run: Run = {
      graph,
      subgraphs,
      viewer: this.#viewer,
      variables,
      deadline: Date.now() + budgetMs,
      data: {},
      trouble: new Trouble(),
    }
    const { event, step, shape } = operation.planFor(this.#viewer)
    if (event) takeRoot(answer, event.outputs, run)
    if (step) await runStep(step, run)
    const { data, errors } = complete(shape(variables), run.data, run.trouble, this.#viewer)
    return JSON.stringify(errors.length > 0 ? { errors, data } : { data })
  }

  #broken(err: unknown): string {
    this.#options.log.error({ err, operation: this.#prepared.operation.name }, 'event could not be resolved')
    return JSON.stringify({ errors: [brokenAnswer] })
  }

  #end(): void {
    for (const listener of this.#listeners) listener.ended()
    this.#listeners.clear()
    this.#onEnd()
  }
}
