import type { Delivery, Dispatch } from '../domain/dispatch.ts'
import { undelivered } from '../domain/dispatch.ts'
import type { WebhookFault } from '../domain/faults.ts'
import type { Books } from '../store/books.ts'
import { signature } from './signature.ts'

export interface SenderOptions {
  readonly books: Books
  /** Pause before each further attempt; when they are used up the delivery has failed. */
  readonly retryDelaysMs: readonly number[]
  readonly timeoutMs: number
  readonly log: (message: string, facts: Record<string, unknown>) => void
}

/** 1 s, doubling to an hour, for three days: as long as Stripe tries in live mode, but with an earlier start. */
export const usualRetryDelaysMs: readonly number[] = Array.from({ length: 82 }, (_, n) =>
  Math.min(1_000 * 2 ** n, 3_600_000),
)

/** A signature older than this is stale to Stripe's own libraries, which tolerate 300 s. */
const staleBySeconds = 3_600

/** How long a delivery waits for a later one to overtake it. */
const overtakenWithinMs = 2_000

/** Deliveries under way at once; more wait their turn. */
const atOnce = 16

interface Task {
  readonly event: string
  readonly endpoint: string
  /** Faults of the first attempt; later attempts are honest, so that a receiver that refuses it is healed. */
  readonly faults: ReadonlyMap<WebhookFault, number>
}

/** Takes events to webhook endpoints, at least once, in roughly the order in which they happened. */
export class WebhookSender implements AsyncDisposable {
  readonly #options: SenderOptions
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #underWay = new Set<Promise<void>>()
  /** A queue of two stacks, what came last and, turned around, what goes first: `shift` of one long list takes ever longer. */
  #arrived: Task[] = []
  #waiting: Task[] = []
  readonly #held = new Map<string, { task: Task; timer: NodeJS.Timeout }[]>()
  readonly #stopped = new AbortController()

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** Starts the deliveries of a new event. */
  take(dispatch: Dispatch): void {
    const faults = new Map(dispatch.faults.map(({ kind, ms }) => [kind as WebhookFault, ms]))
    for (const [endpoint, delivery] of Object.entries(dispatch.to)) {
      if (delivery.state !== 'pending') continue
      const task: Task = { event: dispatch.id, endpoint, faults: delivery.attempts === 0 ? faults : new Map() }
      if (task.faults.has('webhook-drop')) this.#note(task, { state: 'failed', attempts: delivery.attempts })
      else if (task.faults.has('webhook-reorder')) this.#hold(task)
      else this.#later(task, task.faults.get('webhook-delay') ?? 0)
    }
  }

  /** Goes on with what was pending when the process ended. */
  resume(): void {
    for (const dispatch of this.#options.books.all('dispatch')) this.take(dispatch)
  }

  /** Stops what is under way and forgets what waits; the books still know it as pending. */
  abandon(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    for (const held of this.#held.values()) for (const { timer } of held) clearTimeout(timer)
    this.#held.clear()
    this.#arrived = []
    this.#waiting = []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abandon()
    this.#stopped.abort()
    await Promise.allSettled(this.#underWay)
  }

  #later(task: Task, ms: number): void {
    if (ms === 0) {
      this.#start(task)
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#start(task)
    }, ms)
    this.#timers.add(timer)
  }

  /** Waits until another delivery to the endpoint has overtaken this one. */
  #hold(task: Task): void {
    const timer = setTimeout(() => this.#letGo(task.endpoint), overtakenWithinMs)
    this.#held.set(task.endpoint, [...(this.#held.get(task.endpoint) ?? []), { task, timer }])
  }

  #letGo(endpoint: string): void {
    const held = this.#held.get(endpoint) ?? []
    this.#held.delete(endpoint)
    for (const { task, timer } of held) {
      clearTimeout(timer)
      this.#start(task)
    }
  }

  #start(task: Task): void {
    if (this.#stopped.signal.aborted) return
    if (this.#underWay.size >= atOnce) {
      this.#arrived.push(task)
      return
    }
    const run = this.#attempt(task).finally(() => {
      this.#underWay.delete(run)
      if (this.#waiting.length === 0) {
        this.#waiting = this.#arrived.reverse()
        this.#arrived = []
      }
      const next = this.#waiting.pop()
      if (next) this.#start(next)
    })
    this.#underWay.add(run)
  }

  async #attempt(task: Task): Promise<void> {
    const { books, retryDelaysMs, log } = this.#options
    const delivery = books.find('dispatch', task.event)?.to[task.endpoint]
    if (delivery?.state !== 'pending') return
    const [answer] = await Promise.all(
      Array.from({ length: task.faults.has('webhook-duplicate') ? 2 : 1 }, () => this.#post(task)),
    )
    if (answer === 'stopped') return
    const attempts = delivery.attempts + 1
    this.#letGo(task.endpoint)
    if (answer === 'gone' || answer === 'taken') {
      this.#note(task, { state: answer === 'taken' ? 'delivered' : 'failed', attempts })
      return
    }
    const pause = retryDelaysMs[attempts - 1]
    this.#note(task, { state: pause === undefined ? 'failed' : 'pending', attempts })
    log('webhook not taken', { event: task.event, endpoint: task.endpoint, attempts, answer, retryInMs: pause ?? null })
    if (pause !== undefined) this.#later({ ...task, faults: new Map() }, pause)
  }

  /** Sends the event once; `gone` when there is no such endpoint any more, else what the endpoint answered. */
  async #post(task: Task): Promise<'taken' | 'gone' | 'stopped' | string> {
    const { books, timeoutMs } = this.#options
    const event = books.find('event', task.event)
    const endpoint = books.find('webhook_endpoint', task.endpoint)
    if (!event || endpoint?.status !== 'enabled') return 'gone'
    const body = JSON.stringify({ ...event, pending_webhooks: undelivered(books.find('dispatch', event.id)) }, null, 2)
    // Receivers compare with their own clock, so this is the machine's time and not the account's.
    const signedAt = Math.floor(Date.now() / 1_000) - (task.faults.has('webhook-stale') ? staleBySeconds : 0)
    const secret = task.faults.has('webhook-wrong-secret') ? 'whsec_wrong' : (endpoint.secret ?? '')
    try {
      const response = await fetch(endpoint.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'stripe-signature': signature(body, secret, signedAt),
          'user-agent': 'Stripe/1.0 (emulator)',
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(timeoutMs)]),
      })
      await response.body?.cancel()
      return response.ok ? 'taken' : `status ${response.status}`
    } catch (error) {
      if (this.#stopped.signal.aborted) return 'stopped'
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      return cause instanceof Error ? cause.message : 'unreachable'
    }
  }

  #note(task: Task, delivery: Delivery): void {
    this.#options.books.transact((draft) => {
      const dispatch = draft.find('dispatch', task.event)
      if (dispatch) draft.put({ ...dispatch, to: { ...dispatch.to, [task.endpoint]: delivery } })
    })
  }
}
