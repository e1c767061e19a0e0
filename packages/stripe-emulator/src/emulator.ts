import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { advanceClock, sweep } from './control/time.ts'
import { type AskedFault, armedFault } from './domain/faults.ts'
import { openDoors } from './doors.ts'
import { createApi } from './http/api.ts'
import { createFaultBoard } from './http/fault-board.ts'
import { createLimiter } from './http/limiter.ts'
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
    /** Moves the account's time forward and does what falls due; a RangeError when it would go back or a century ahead. */
    advance(seconds: number): void
  }
  /** Arms a fault for the next request, or event, that it fits. */
  arm(fault: AskedFault): void
  /** Answers what is under way, then stops; may be called again. */
  close(): Promise<void>
}

/** Milliseconds between looks at what has fallen due. */
const sweepEveryMs = 1_000

/** Milliseconds that a request under way has left when the emulator is told to stop. */
const answersWithinMs = 3_000

/** Starts an emulator of its own: two in one process share nothing. */
export async function startStripeEmulator(options: EmulatorOptions = {}): Promise<StripeEmulator> {
  const { host = '127.0.0.1', log = () => {} } = options
  // Before anything else: whoever starts a second emulator by mistake fails here, with the first one's file untouched.
  const server = createServer()
  server.listen(options.port ?? 0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`

  const books = openBooks(options, server)
  const faults = createFaultBoard(Math.random)
  /** Of what happens without a request to the API. */
  const unasked: Cause = { request: null, faults: (event) => faults.strike({ event }) }
  const sender = new WebhookSender({
    books,
    retryDelaysMs: options.webhookRetryDelaysMs ?? usualRetryDelaysMs,
    timeoutMs: options.webhookTimeoutMs ?? 10_000,
    log,
  })
  books.onDispatch = (dispatch) => sender.take(dispatch)
  const { webhook } = options
  if (webhook) books.transact((draft) => listenAt(draft, webhook))

  const allowed = createLimiter(options.rateLimitPerSecond, () => performance.now())
  const stopping = new AbortController()
  const api = createApi({
    books,
    routes: apiRoutes,
    faults,
    allowed,
    baseUrl: options.publicUrl ?? url,
    stopping: stopping.signal,
    log,
  })
  const controlled = { books, faults, cause: unasked, onReset: () => sender.abandon() }
  server.on('request', openDoors({ api, controlled, log }))

  sender.resume()
  sweep(books, unasked)
  const sweeping = setInterval(() => sweep(books, unasked), sweepEveryMs)

  const stop = async (): Promise<void> => {
    clearInterval(sweeping)
    if (server.listening) {
      const closed = once(server, 'close')
      server.close()
      const impatience = setTimeout(() => server.closeAllConnections(), answersWithinMs)
      await closed
      clearTimeout(impatience)
    }
    stopping.abort()
    await sender[Symbol.asyncDispose]()
    books[Symbol.dispose]()
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
      now: () => books.now(),
      advance: (seconds) => {
        const advanced = advanceClock(books, seconds, unasked)
        if (!advanced.ok) throw new RangeError(advanced.error.message)
      },
    },
    arm: (asked) => {
      const armed = armedFault(asked, randomUUID())
      if (!armed) throw new RangeError(`${asked.kind} for ${asked.ms} ms is not a fault`)
      faults.arm(armed)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function openBooks({ dataFile, seed }: EmulatorOptions, server: Server): Books {
  try {
    return new Books({
      file: dataFile,
      seed: seed ?? randomUUID(),
      machineNow: () => Math.floor(Date.now() / 1_000),
    })
  } catch (error) {
    server.close()
    throw error
  }
}
