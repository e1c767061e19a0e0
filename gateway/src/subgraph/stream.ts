/** Subscriptions at one subgraph: all over one WebSocket, opened again when it is lost. */
import { signIdentity, subscriptionBody, type Viewer } from '@holdfast/service/identity'
import { type Log, pause } from '@holdfast/service/process'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { isObject } from '../execute/json.ts'
import type { Fault } from '../execute/trouble.ts'
import type { RequestText } from '../plan/request-text.ts'
import { type Answer, readAnswer, readError, type Told, unavailable } from './answer.ts'

export interface StreamRequest {
  readonly text: RequestText
  readonly variables: Readonly<Record<string, unknown>>
  readonly viewer: Viewer
  readonly traceparent: string | undefined
}

/** What comes of a subscription. After `ended` nothing does. */
export interface StreamEvents {
  next(answer: Answer, traceparent: string | undefined): void
  /** The subgraph was away and is subscribed again: something may have been missed. */
  resumed(): void
  ended(failure?: Answer & { kind: 'failed' }): void
}

export interface StreamOptions {
  readonly secret: string | undefined
  /** Milliseconds that a subgraph may take for a request, and twice as many to answer a ping. */
  readonly timeoutMs: number
  readonly told: Told
  readonly log: Log
}

export interface Stream {
  /** Subscribes until the returned function is called. */
  subscribe(request: StreamRequest, events: StreamEvents): () => void
  close(): Promise<void>
}

const handshakeMs = 2_000
const longestAliveMs = 5_000 // from a pong to the next ping, and from there to its pong
const idleMs = 300 // An unused socket stays that long for the next subscription.
const messageLimit = 32_000_000 // bytes
const farewellMs = 300 // A subgraph that stops may end its streams that long before it closes its sockets.
/** Close codes of a server that stops (RFC 6455 §7.4.1, and 1012 of the IANA registry) or dies without a word. */
const departures = new Set([1001, 1006, 1012])
const retryMs = { first: 100, most: 2_000 }

export function openStream(subgraph: string, url: string, options: StreamOptions): Stream {
  let open = false
  let closed = false
  let pong: NodeJS.Timeout | undefined
  let socket: WebSocket | undefined
  const aliveMs = Math.min(2 * options.timeoutMs, longestAliveMs)
  const client: Client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: BoundedSocket,
    retryAttempts: 0, // Each attempt needs a fresh signature, so trying again is done here.
    lazyCloseTimeout: idleMs,
    keepAlive: aliveMs,
    connectionAckWaitTimeout: handshakeMs,
    on: {
      opened: (opened) => {
        socket = opened as WebSocket
      },
      connected: () => {
        open = true
      },
      closed: () => {
        open = false
        clearTimeout(pong)
      },
      ping: (received) => {
        // The client's own way to give up waits half a minute for the other end to close too.
        if (!received) pong = setTimeout(() => socket?.terminate(), aliveMs)
      },
      pong: () => clearTimeout(pong),
    },
  })

  const subscribe: Stream['subscribe'] = (request, events) => {
    const stopping = new AbortController()
    void follow(stopping.signal, request, events)
    return () => stopping.abort()
  }

  async function follow(signal: AbortSignal, request: StreamRequest, events: StreamEvents): Promise<void> {
    let served = false
    for (let failures = 0; !signal.aborted; ) {
      const began = performance.now()
      const attempt = await run(signal, request, events, served)
      if (signal.aborted) return
      const { outcome, connected } = attempt
      served ||= connected
      if (outcome === 'completed') return events.ended()
      // A signature that came too late is not a refusal; the next one is fresh.
      if (outcome !== 'lost' && !(served && outcome.extensions['code'] === 'UNAUTHENTICATED'))
        return events.ended({ kind: 'failed', fault: outcome })
      // Nothing has been streamed yet: it is better to say so now than to let the client wait.
      if (!served) return events.ended({ kind: 'failed', fault: unavailable })
      // A subgraph that is there only to leave again is no better than one that is not.
      failures = performance.now() - began > retryMs.most ? 1 : failures + 1
      options.log.warn({ subgraph, failures }, 'subscription lost; subscribing again')
      await pause(Math.min(retryMs.first * 2 ** failures, retryMs.most) * (0.5 + Math.random() / 2), signal)
    }
  }

  /**
   * One subscription over the socket as it is, until it completes, is refused or the socket is lost. Streams that end
   * because their subgraph stops are lost.
   */
  function run(signal: AbortSignal, request: StreamRequest, events: StreamEvents, again: boolean): Promise<Attempt> {
    return new Promise((resolve) => {
      // Unused for a while it is being closed; the client opens the next by itself.
      let retiring = socket?.readyState === WebSocket.CLOSING
      let connected = open && !retiring
      let resumed = !again
      let over = false
      let ending: NodeJS.Timeout | undefined
      const end = (outcome: Attempt['outcome']) => {
        over = true
        clearTimeout(ending)
        for (const unlisten of unlistens) unlisten()
        signal.removeEventListener('abort', stop)
        resolve({ outcome, connected })
      }
      const unlistens = [
        client.on('connected', () => {
          connected = true
        }),
        client.on('closed', (event) => {
          if (retiring) {
            retiring = false
            return
          }
          unsubscribe() // After a normal closure the client would subscribe again by itself, without a pause.
          end(closed || (ending && !isDeparture(event)) ? 'completed' : 'lost')
        }),
      ]
      const unsubscribe = client.subscribe(payloadOf(request), {
        next: (result) => {
          if (!resumed) events.resumed()
          resumed = true
          events.next(readAnswer(result, options.told), traceOf(result.extensions))
        },
        error: (err) => end(Array.isArray(err) ? faultOf(err[0]) : 'lost'),
        complete: () => {
          if (!over) ending = setTimeout(end, farewellMs, 'completed')
        },
      })
      const stop = () => {
        unsubscribe()
        end('completed')
      }
      signal.addEventListener('abort', stop)
    })
  }

  const faultOf = (error: unknown): Fault => {
    const { message, extensions } = readError(error, options.told)
    return { message, extensions }
  }

  const payloadOf = ({ text, variables, viewer, traceparent }: StreamRequest) => {
    const payload = {
      query: text.query,
      variables: Object.fromEntries(
        text.variables.filter((name) => variables[name] !== undefined).map((name) => [name, variables[name]]),
      ),
      ...(text.operationName && { operationName: text.operationName }),
    }
    const identity = options.secret && signIdentity(viewer, subgraph, subscriptionBody(payload), options.secret)
    return { ...payload, extensions: { ...(identity && { identity }), ...(traceparent && { traceparent }) } }
  }

  return {
    subscribe,
    close: async () => {
      closed = true
      try {
        await client.dispose()
      } catch (err) {
        options.log.debug({ err, subgraph }, 'it was still connecting')
      }
    },
  }
}

interface Attempt {
  readonly outcome: 'completed' | 'lost' | Fault
  /** Whether the subgraph was there. */
  readonly connected: boolean
}

const isDeparture = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'code' in event && departures.has(Number(event.code))

const traceOf = (extensions: unknown): string | undefined =>
  isObject(extensions) && typeof extensions['traceparent'] === 'string' ? extensions['traceparent'] : undefined

class BoundedSocket extends WebSocket {
  constructor(address: string, protocols: string | string[]) {
    super(address, protocols, { handshakeTimeout: handshakeMs, maxPayload: messageLimit })
  }
}
