/** Subscriptions at one subgraph, all over one WebSocket that is opened again when it is lost. */
import { signIdentity, subscriptionBody, type Viewer } from '@holdfast/service/identity'
import { type Log, pause } from '@holdfast/service/process'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { ResponseError } from '../core/errors.ts'
import { isObject } from '../core/json.ts'
import { subgraphs as messages } from '../core/messages.ts'
import type { RequestText } from '../planning/request-text.ts'
import { type Failure, readError, readResult, type SubgraphOptions, type SubgraphResult } from './result.ts'

export interface SubscriptionRequest {
  readonly text: RequestText
  readonly variables: Readonly<Record<string, unknown>>
  readonly viewer: Viewer
  readonly traceparent: string | undefined
}

/** Callbacks of a subscription. After `ended` none is called. */
export interface SubscriptionEvents {
  next(answer: SubgraphResult, traceparent: string | undefined): void
  /** The connection was lost and the gateway has subscribed again: events may have been missed. */
  resumed(): void
  ended(failure?: Failure): void
}

const handshakeMs = 2_000
const longestAliveMs = 5_000 // from a pong to the next ping, and from a ping to its pong
const idleMs = 300 // How long an unused socket stays open for the next subscription.
const messageLimit = 32_000_000 // bytes
const shutdownGraceMs = 300 // A subgraph that stops may end its streams this long before it closes its sockets.
/** Close codes of a server that stops (RFC 6455 §7.4.1, and 1012 of the IANA registry) or crashes. */
const shutdownCodes = new Set([1001, 1006, 1012])
const retryMs = { first: 100, most: 2_000 }

export function subgraphWebSocket(subgraph: string, url: string, options: SubgraphOptions, log: Log) {
  let connected = false
  let closed = false
  let pong: NodeJS.Timeout | undefined
  let socket: WebSocket | undefined
  // A ping may take twice as long as a request.
  const aliveMs = Math.min(2 * options.subgraphTimeoutMs, longestAliveMs)
  const client: Client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: BoundedSocket,
    retryAttempts: 0, // Each attempt needs a fresh signature, so retries are made below.
    lazyCloseTimeout: idleMs,
    keepAlive: aliveMs,
    connectionAckWaitTimeout: handshakeMs,
    on: {
      opened: (opened) => {
        socket = opened as WebSocket
      },
      connected: () => {
        connected = true
      },
      closed: () => {
        connected = false
        clearTimeout(pong)
      },
      ping: (received) => {
        // The library's own way to close would wait half a minute for the other end to close too.
        if (!received) pong = setTimeout(() => socket?.terminate(), aliveMs)
      },
      pong: () => clearTimeout(pong),
    },
  })

  /** Subscribes until the returned function is called. */
  const subscribe = (request: SubscriptionRequest, events: SubscriptionEvents) => {
    const stopping = new AbortController()
    void follow(stopping.signal, request, events)
    return () => stopping.abort()
  }

  async function follow(signal: AbortSignal, request: SubscriptionRequest, events: SubscriptionEvents): Promise<void> {
    let established = false
    for (let failures = 0; !signal.aborted; ) {
      const began = performance.now()
      const attempt = await run(signal, request, events, established)
      if (signal.aborted) return
      const { outcome } = attempt
      established ||= attempt.connected
      if (outcome === 'completed') return events.ended()
      // A signature that arrived too late is not a refusal; the next one is fresh.
      if (outcome !== 'lost' && !(established && outcome.extensions['code'] === 'UNAUTHENTICATED'))
        return events.ended({ kind: 'failed', error: outcome })
      // Nothing has been streamed yet: an error now is better than letting the client wait.
      if (!established) return events.ended({ kind: 'failed', error: messages.unavailable })
      // A connection that is lost again at once counts as one more failure.
      failures = performance.now() - began > retryMs.most ? 1 : failures + 1
      log.warn({ subgraph, failures }, 'subscription lost; subscribing again')
      await pause(Math.min(retryMs.first * 2 ** failures, retryMs.most) * (0.5 + Math.random() / 2), signal)
    }
  }

  /**
   * One subscription over the current socket, until it completes, is refused or the socket is lost. Streams that end because their
   * subgraph stops count as lost.
   */
  function run(
    signal: AbortSignal,
    request: SubscriptionRequest,
    events: SubscriptionEvents,
    again: boolean,
  ): Promise<Attempt> {
    return new Promise((resolve) => {
      // A socket that was unused for a while is being closed; the library opens the next one by itself.
      let retiring = socket?.readyState === WebSocket.CLOSING
      let wasConnected = connected && !retiring
      let resumed = !again
      let over = false
      let ending: NodeJS.Timeout | undefined
      const end = (outcome: Attempt['outcome']) => {
        over = true
        clearTimeout(ending)
        for (const unlisten of unlistens) unlisten()
        signal.removeEventListener('abort', stop)
        resolve({ outcome, connected: wasConnected })
      }
      const unlistens = [
        client.on('connected', () => {
          wasConnected = true
        }),
        client.on('closed', (event) => {
          if (retiring) {
            retiring = false
            return
          }
          unsubscribe() // After a normal closure the library would subscribe again by itself, without a pause.
          end(closed || (ending && !isShutdown(event)) ? 'completed' : 'lost')
        }),
      ]
      const unsubscribe = client.subscribe(payloadOf(request), {
        next: (result) => {
          if (!resumed) events.resumed()
          resumed = true
          events.next(readResult(result, options), traceOf(result.extensions))
        },
        error: (err) => end(Array.isArray(err) ? errorOf(err[0]) : 'lost'),
        complete: () => {
          if (!over) ending = setTimeout(end, shutdownGraceMs, 'completed')
        },
      })
      const stop = () => {
        unsubscribe()
        end('completed')
      }
      signal.addEventListener('abort', stop)
    })
  }

  const errorOf = (error: unknown): ResponseError => {
    const { message, extensions } = readError(error, options)
    return { message, extensions }
  }

  const payloadOf = ({ text, variables, viewer, traceparent }: SubscriptionRequest) => {
    const payload = {
      query: text.query,
      variables: Object.fromEntries(
        text.variables.filter((name) => variables[name] !== undefined).map((name) => [name, variables[name]]),
      ),
      ...(text.operationName && { operationName: text.operationName }),
    }
    const identity =
      options.gatewaySecret && signIdentity(viewer, subgraph, subscriptionBody(payload), options.gatewaySecret)
    return { ...payload, extensions: { ...(identity && { identity }), ...(traceparent && { traceparent }) } }
  }

  return {
    subscribe,
    close: async () => {
      closed = true
      try {
        await client.dispose()
      } catch (err) {
        log.debug({ err, subgraph }, 'closed while it was connecting')
      }
    },
  }
}

interface Attempt {
  readonly outcome: 'completed' | 'lost' | ResponseError
  /** Whether the connection was established. */
  readonly connected: boolean
}

const isShutdown = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'code' in event && shutdownCodes.has(Number(event.code))

const traceOf = (extensions: unknown): string | undefined =>
  isObject(extensions) && typeof extensions['traceparent'] === 'string' ? extensions['traceparent'] : undefined

class BoundedSocket extends WebSocket {
  constructor(address: string, protocols: string | string[]) {
    super(address, protocols, { handshakeTimeout: handshakeMs, maxPayload: messageLimit })
  }
}
