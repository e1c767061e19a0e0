import { createHmac } from 'node:crypto'
import { EventEmitter, once, setMaxListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import pLimit from 'p-limit'
import type { WebhookFault } from '../domain/faults.ts'
import { type Delivery, pendingWebhooks, type WebhookDelivery } from '../domain/webhook-delivery.ts'
import type { Store } from '../store/store.ts'

export interface SenderOptions {
  readonly store: Store
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

/** How long a reordered delivery waits for a later one to overtake it. */
const overtakenWithinMs = 2_000

const concurrentRequests = 16

type Faults = ReadonlyMap<WebhookFault, number>

/** Sends events to webhook endpoints, at least once, in roughly the order in which they happened. */
export class WebhookSender implements AsyncDisposable {
  readonly #options: SenderOptions
  readonly #limit = pLimit(concurrentRequests)
  readonly #running = new Set<Promise<void>>()
  /** Emits the id of an endpoint after each attempt there. */
  readonly #attempted = new EventEmitter().setMaxListeners(0)
  #stop = newStop()

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** Starts every delivery that is still pending. */
  start(delivery: WebhookDelivery): void {
    const faults: Faults = new Map(delivery.faults.map(({ kind, ms }) => [kind as WebhookFault, ms]))
    for (const [endpoint, { state, attempts }] of Object.entries(delivery.endpoints)) {
      if (state !== 'pending') continue
      const { signal } = this.#stop
      const run = this.#deliver(delivery.id, endpoint, attempts === 0 ? faults : new Map(), signal)
        .catch((error: unknown) => {
          if (!signal.aborted) this.#options.log('webhook delivery broke', { event: delivery.id, error: String(error) })
        })
        .finally(() => this.#running.delete(run))
      this.#running.add(run)
    }
  }

  /** Continues with what was pending when the process ended. */
  resume(): void {
    for (const delivery of [...this.#options.store.list('webhook_delivery')]) this.start(delivery)
  }

  /** Ends all deliveries here; in the store they stay pending. */
  abandon(): void {
    this.#stop.abort()
    this.#stop = newStop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.abandon()
    await Promise.all(this.#running)
  }

  /** The faults hit the first attempt only, so that a receiver that refused it accepts a retry. */
  async #deliver(event: string, endpoint: string, faults: Faults, signal: AbortSignal): Promise<void> {
    const { store, retryDelaysMs, log } = this.#options
    if (faults.has('webhook-drop')) return this.#save(event, endpoint, { state: 'failed', attempts: 0 })
    if (faults.has('webhook-reorder')) {
      const enough = AbortSignal.any([signal, AbortSignal.timeout(overtakenWithinMs)])
      await once(this.#attempted, endpoint, { signal: enough }).catch(() => {})
    }
    const delayMs = faults.get('webhook-delay')
    if (delayMs) await pause(delayMs, undefined, { signal })

    for (let current = faults; ; current = new Map()) {
      const answer = await this.#limit(() => this.#attempt(event, endpoint, current, signal))
      signal.throwIfAborted()
      this.#attempted.emit(endpoint)
      const attempts = (store.find('webhook_delivery', event)?.endpoints[endpoint]?.attempts ?? 0) + 1
      if (answer === 'accepted') return this.#save(event, endpoint, { state: 'delivered', attempts })
      const retryInMs = answer === 'gone' ? undefined : retryDelaysMs[attempts - 1]
      this.#save(event, endpoint, { state: retryInMs === undefined ? 'failed' : 'pending', attempts })
      if (answer === 'gone') return
      log('webhook not accepted', { event, endpoint, attempts, answer, retryInMs: retryInMs ?? null })
      if (retryInMs === undefined) return
      await pause(retryInMs, undefined, { signal })
    }
  }

  /** Sends the event once, or twice: `accepted`, `gone` when the endpoint is deleted or disabled, or what went wrong. */
  async #attempt(eventId: string, endpointId: string, faults: Faults, signal: AbortSignal): Promise<string> {
    const { store, timeoutMs } = this.#options
    const event = store.find('event', eventId)
    const endpoint = store.find('webhook_endpoint', endpointId)
    if (!event || endpoint?.status !== 'enabled') return 'gone'
    const pending_webhooks = pendingWebhooks(store.find('webhook_delivery', eventId))
    const body = JSON.stringify({ ...event, pending_webhooks }, null, 2)
    // Receivers compare with their own clock, so this is the machine's time and not the account's.
    const signedAt = Math.floor(Date.now() / 1_000) - (faults.has('webhook-stale') ? staleBySeconds : 0)
    const secret = faults.has('webhook-wrong-secret') ? 'whsec_wrong' : (endpoint.secret ?? '')
    const post = async (): Promise<string> => {
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
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        })
        await response.body?.cancel()
        return response.ok ? 'accepted' : `status ${response.status}`
      } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
        return cause instanceof Error ? cause.message : 'unreachable'
      }
    }
    const [answer] = await Promise.all(faults.has('webhook-duplicate') ? [post(), post()] : [post()])
    return answer
  }

  #save(event: string, endpoint: string, delivery: Delivery): void {
    this.#options.store.transaction((tx) => {
      const known = tx.find('webhook_delivery', event)
      if (known) tx.put({ ...known, endpoints: { ...known.endpoints, [endpoint]: delivery } })
    })
  }
}

/** Every delivery that waits listens to it, and there may be thousands. */
function newStop(): AbortController {
  const stop = new AbortController()
  setMaxListeners(0, stop.signal)
  return stop
}

/** The `Stripe-Signature` header of a body: https://docs.stripe.com/webhooks#verify-manually */
function signature(body: string, secret: string, unixSeconds: number): string {
  const v1 = createHmac('sha256', secret).update(`${unixSeconds}.${body}`).digest('hex')
  return `t=${unixSeconds},v1=${v1}`
}
