import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ArmedFaults } from './api/armed-faults.ts'
import { rateLimit } from './api/rate-limit.ts'
import { createApi } from './api/request.ts'
import { advanceClock, sweep } from './control/clock.ts'
import type { FaultOptions } from './domain/faults.ts'
import { apiRoutes } from './resources/routes.ts'
import { listenAt } from './resources/webhook-endpoints.ts'
import { requestListener } from './server.ts'
import { Store } from './store/store.ts'
import type { Cause } from './webhooks/publish.ts'
import { usualRetryDelaysMs, WebhookSender } from './webhooks/sender.ts'

export interface EmulatorOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number | undefined
  /** 127.0.0.1 when not given: the control side has no password. */
  readonly host?: string | undefined
  /** SQLite file that keeps everything over restarts and crashes; without it everything is kept in memory. */
  readonly dataFile?: string | undefined
  /** Where all events go. */
  readonly webhook?: { readonly url: string; readonly secret: string } | undefined
  /** The same seed gives the same ids in the same order. */
  readonly seed?: string | undefined
  /** How browsers reach the emulator, for the challenge page; without it, host and port. */
  readonly publicUrl?: string | undefined
  /** Requests per second above which the answer is 429; Stripe's sandbox allows 25. Unlimited when not given. */
  readonly rateLimitPerSecond?: number | undefined
  /** Milliseconds before each further attempt to deliver an event. */
  readonly webhookRetryDelaysMs?: readonly number[] | undefined
  /** Milliseconds until the delivery of an event is given up and tried again; 10 s when not given. */
  readonly webhookTimeoutMs?: number | undefined
  readonly log?: ((message: string, facts: Record<string, unknown>) => void) | undefined
}

export interface StripeEmulator extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string
  readonly port: number
  readonly clock: {
    /** Unix seconds. */
    now(): number
    /** Moves the account's time forward; a RangeError when it would go back or more than a century ahead. */
    advance(seconds: number): void
  }
  /** Arms a fault for the next request, or event, that it matches. */
  arm(fault: FaultOptions): void
  /** Answers the requests under way, then stops; may be called again. */
  close(): Promise<void>
}

/** Milliseconds between checks for moves that have fallen due. */
const sweepEveryMs = 1_000

/** Milliseconds that a request under way has left when the emulator is stopped. */
const answersWithinMs = 3_000

/** Starts an emulator of its own: two in one process share nothing. */
export async function startStripeEmulator(options: EmulatorOptions = {}): Promise<StripeEmulator> {
  const { host = '127.0.0.1', webhook, log = () => {} } = options
  // First of all: a second emulator on the same port fails here, before it touches the file of the first.
  const server = createServer()
  server.listen(options.port ?? 0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`

  let store: Store
  try {
    store = new Store({
      file: options.dataFile,
      seed: options.seed ?? randomUUID(),
      machineNow: () => Math.floor(Date.now() / 1_000),
    })
  } catch (error) {
    server.close()
    throw error
  }
  const faults = new ArmedFaults()
  const cause: Cause = { request: null, faults: (event) => faults.take({ event }) }
  const sender = new WebhookSender({
    store,
    retryDelaysMs: options.webhookRetryDelaysMs ?? usualRetryDelaysMs,
    timeoutMs: options.webhookTimeoutMs ?? 10_000,
    log,
  })
  store.onDelivery = (delivery) => sender.start(delivery)
  if (webhook) store.transaction((tx) => listenAt(tx, webhook))

  const stopping = new AbortController()
  const api = createApi({
    store,
    routes: apiRoutes,
    faults,
    withinRateLimit: rateLimit(options.rateLimitPerSecond),
    baseUrl: options.publicUrl ?? url,
    stopping: stopping.signal,
    log,
  })
  server.on(
    'request',
    requestListener({ api, controlled: { store, faults, cause, onReset: () => sender.abandon() }, log }),
  )

  sender.resume()
  sweep(store, cause)
  const sweeping = setInterval(() => sweep(store, cause), sweepEveryMs)

  const stop = async (): Promise<void> => {
    clearInterval(sweeping)
    const closed = once(server, 'close')
    server.close()
    const impatience = setTimeout(() => server.closeAllConnections(), answersWithinMs)
    await closed
    clearTimeout(impatience)
    stopping.abort()
    await sender[Symbol.asyncDispose]()
    store[Symbol.dispose]()
  }
  let stopped: Promise<void> | undefined
  const close = (): Promise<void> => {
    stopped ??= stop()
    return stopped
  }
  return {
    url,
    port,
    clock: {
      now: () => store.now,
      advance: (seconds) => {
        const advanced = advanceClock(store, seconds, cause)
        if (!advanced.ok) throw new RangeError(advanced.error.message)
      },
    },
    arm: (options) => {
      if (faults.arm(options)) return
      throw new RangeError(
        `No fault ${options.kind} of ${options.ms} ms: take a kind from the README and 0 to 60000 ms`,
      )
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
