import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createFaultBoard } from './control/fault-board.ts'
import { advanceClock, sweep } from './control/time.ts'
import { type ArmedFault, type Fault, fault } from './domain/faults.ts'
import { createApi } from './http/api.ts'
import { createLimiter } from './http/limiter.ts'
import { createDoors } from './http/server.ts'
import { apiRoutes } from './resources/routes.ts'
import { listenAt } from './resources/webhook-endpoints.ts'
import { Books } from './store/books.ts'
import type { Cause } from './webhooks/publish.ts'
import { usualRetryDelaysMs, WebhookSender } from './webhooks/sender.ts'

export interface EmulatorOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number | undefined
  /** 127.0.0.1 when not given: the control side has no password. */
  readonly host?: string | undefined
  /** Journal that keeps everything over restarts and crashes; without it the emulator remembers in memory. */
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
  /** Milliseconds that a receiver of events may take; 10 s when not given. */
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
    /** Moves the account's time forward and does what falls due. */
    advance(seconds: number): void
  }
  /** Arms a fault for the next request, or event, that it fits. */
  arm(fault: { kind: Fault['kind'] } & Partial<Omit<ArmedFault, 'id' | 'kind'>>): void
  /** Answers what is under way, then stops. */
  close(): Promise<void>
}

/** Milliseconds between looks at what has fallen due. */
const sweepEveryMs = 1_000

/** Milliseconds that a request under way has left when the emulator is told to stop. */
const answersWithinMs = 3_000

/** Starts an emulator of its own: two in one process share nothing. */
export async function startStripeEmulator(options: EmulatorOptions = {}): Promise<StripeEmulator> {
  const { host = '127.0.0.1', log = () => {} } = options
  const books = new Books({
    file: options.dataFile,
    seed: options.seed ?? randomUUID(),
    machineNow: () => Math.floor(Date.now() / 1_000),
  })
  const faults = createFaultBoard(Math.random)
  const sender = new WebhookSender({
    books,
    retryDelaysMs: options.webhookRetryDelaysMs ?? usualRetryDelaysMs,
    timeoutMs: options.webhookTimeoutMs ?? 10_000,
    log,
  })
  books.onDispatch = (dispatch) => sender.take(dispatch)

  /** Of what happens without a request to the API. */
  const unasked: Cause = { request: null, faults: (event) => faults.strike({ event }) }
  const { webhook } = options
  if (webhook) books.transact((draft) => listenAt(draft, webhook))

  let url = ''
  const allowed = createLimiter(options.rateLimitPerSecond, () => performance.now())
  const api = createApi({ books, routes: apiRoutes, faults, allowed, baseUrl: () => options.publicUrl ?? url, log })
  const doors = createDoors(api, { books, faults, cause: unasked, onReset: () => sender.abandon() })
  try {
    doors.listen(options.port ?? 0, host)
    await once(doors, 'listening')
  } catch (error) {
    books[Symbol.dispose]()
    throw error
  }
  const { port } = doors.address() as AddressInfo
  url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`

  sender.resume()
  sweep(books, unasked)
  const sweeping = setInterval(() => sweep(books, unasked), sweepEveryMs)

  const close = async (): Promise<void> => {
    clearInterval(sweeping)
    if (doors.listening) {
      const closed = once(doors, 'close')
      doors.close()
      const impatience = setTimeout(() => doors.closeAllConnections(), answersWithinMs)
      await closed
      clearTimeout(impatience)
    }
    await sender[Symbol.asyncDispose]()
    books[Symbol.dispose]()
  }
  return {
    url,
    port,
    clock: { now: () => books.now(), advance: (seconds) => advanceClock(books, seconds, unasked) },
    arm: (asked) => {
      const bare = fault(asked.kind, asked.ms)
      if (!bare) throw new RangeError(`${asked.kind} for ${asked.ms} ms is not a fault`)
      const everything = { times: 1, method: null, path: null, event: null, probability: 1 }
      faults.arm({ ...everything, ...asked, ...bare, id: randomUUID() })
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
