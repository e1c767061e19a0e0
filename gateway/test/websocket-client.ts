/** Clients with graphql-ws that keep what they receive. */
import { type Client, createClient, type ExecutionResult } from 'graphql-ws'
import { WebSocket } from 'ws'
import * as metrics from '../src/metrics/subscriptions.ts'

export interface Received {
  readonly events: ExecutionResult<Record<string, unknown>, unknown>[]
  /** How it ended; undefined while it is open. */
  end: unknown
  stop(): void
}

export const wsClient = (url: string, token?: string): Client =>
  createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(token && { connectionParams: { authorization: `Bearer ${token}` } }),
  })

export function subscribe(client: Client, query: string, variables?: Record<string, unknown>): Received {
  const received: Received = { events: [], end: undefined, stop: () => undefined }
  received.stop = client.subscribe(
    { query, ...(variables && { variables }) },
    {
      next: (event) => received.events.push(event as Received['events'][number]),
      error: (err) => {
        received.end = err
      },
      complete: () => {
        received.end ??= 'completed'
      },
    },
  )
  return received
}

/** A socket without a client library, for tests of the protocol. */
export async function rawSocket(url: string): Promise<{ readonly socket: WebSocket; say(message: object): void }> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws')
  await new Promise((resolve) => socket.once('open', resolve))
  const say = (message: object) => socket.send(JSON.stringify(message))
  say({ type: 'connection_init' })
  await new Promise((resolve) => socket.once('message', resolve))
  return { socket, say }
}

interface Metric {
  get(): Promise<{ readonly values: readonly { readonly value: number }[] }>
}

/** A metric over all its labels. */
export const sumOf = async (metric: Metric): Promise<number> =>
  (await metric.get()).values.reduce((sum, { value }) => sum + value, 0)

/** Open subscriptions of clients at the gateway. */
export const openSubscriptions = (): Promise<number> => sumOf(metrics.clients)
