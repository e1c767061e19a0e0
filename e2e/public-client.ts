import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stack } from '@holdfast/dev'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

/** No response, or a response with GraphQL errors. */
export class RequestFailed extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(`${code}: ${message}`)
    this.name = 'RequestFailed'
    this.code = code
  }
}

interface GraphQLResponse<T> {
  data?: T | null
  errors?: { message: string; extensions?: { code?: string } }[]
}

const responseTimeoutMs = 5_000
const retryForMs = 60_000
const retryable = new Set(['UNAVAILABLE', 'NETWORK'])

/** A client with the token of a new customer or operator. */
export const newClient = async (
  stack: Pick<Stack, 'endpoint' | 'token'>,
  role: 'customer' | 'operator',
): Promise<PublicClient> => new PublicClient(stack.endpoint, await stack.token({ role, sub: randomUUID() }))

/** A client of the public endpoint: HTTP for queries and mutations, graphql-ws for subscriptions. Anonymous without a token. */
export class PublicClient {
  readonly #endpoint: string
  readonly #token: string | undefined
  #socket: Client | undefined
  /** How often a request was repeated after no response, or after UNAVAILABLE. */
  retries = 0

  constructor(endpoint: string, token?: string) {
    this.#endpoint = endpoint
    this.#token = token
  }

  /** Sends one request. Throws RequestFailed. */
  async requestOnce<T>(
    query: string,
    variables: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<T> {
    let body: GraphQLResponse<T>
    try {
      const response = await fetch(this.#endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(this.#token && { authorization: `Bearer ${this.#token}` }),
          ...headers,
        },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(responseTimeoutMs),
      })
      body = (await response.json()) as GraphQLResponse<T>
    } catch (err) {
      throw new RequestFailed('NETWORK', err instanceof Error ? err.message : String(err))
    }
    const [error] = body.errors ?? []
    if (error) throw new RequestFailed(error.extensions?.code ?? 'UNKNOWN', error.message)
    if (!body.data) throw new RequestFailed('UNKNOWN', 'a response without data')
    return body.data
  }

  /** While the server is unavailable, repeats the request with the same variables (so the same requestId) for a minute. */
  async request<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const deadline = Date.now() + retryForMs
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.requestOnce<T>(query, variables)
      } catch (err) {
        if (!isRetryable(err) || Date.now() > deadline) throw err
        this.retries++
        await sleep(Math.min(100 * 2 ** attempt, 2_000) * (0.5 + Math.random() / 2))
      }
    }
  }

  /**
   * The results of a subscription. Subscribes again after the connection is lost or while the server is unavailable, for a
   * minute after the last result. End it with `return()`.
   */
  async *subscribe<T>(query: string, variables: Record<string, unknown> = {}): AsyncGenerator<T, void, void> {
    for (let deadline = Date.now() + retryForMs; ; this.retries++) {
      try {
        for await (const result of this.#ws().iterate<T>({ query, variables })) {
          const [error] = result.errors ?? []
          if (error) throw new RequestFailed(String(error.extensions?.['code'] ?? 'UNKNOWN'), error.message)
          deadline = Date.now() + retryForMs
          if (result.data) yield result.data
        }
        return
      } catch (err) {
        if (!isRetryable(err) || Date.now() > deadline) throw err
        await sleep(200 + Math.random() * 300)
      }
    }
  }

  #ws(): Client {
    this.#socket ??= createClient({
      url: this.#endpoint.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      lazy: true,
      retryAttempts: 60,
      retryWait: async (retries) => sleep(Math.min(100 * 2 ** retries, 1_000) * (0.5 + Math.random() / 2)),
      shouldRetry: () => true,
      connectionParams: this.#token ? { authorization: `Bearer ${this.#token}` } : {},
    })
    return this.#socket
  }

  async close(): Promise<void> {
    await this.#socket?.dispose()
  }
}

const isRetryable = (err: unknown): boolean => err instanceof RequestFailed && retryable.has(err.code)

/** Resolves to the first accepted result and ends the subscription. Throws if there is none within `timeoutMs`. */
export async function untilResult<T>(
  results: AsyncGenerator<T, void, void>,
  timeoutMs: number,
  what: string,
  isAccepted: (result: T) => boolean,
): Promise<T> {
  const timeout = new Promise<never>((_, reject) => {
    AbortSignal.timeout(timeoutMs).addEventListener('abort', () =>
      reject(new Error(`${what}: not within ${timeoutMs} ms`)),
    )
  })
  const accepted = async () => {
    for await (const result of results) if (isAccepted(result)) return result
    throw new Error(`${what}: the subscription ended first`)
  }
  try {
    return await Promise.race([accepted(), timeout])
  } finally {
    void results.return()
  }
}
