import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

/** An answer with top-level errors, or none at all. */
export class RequestFailed extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(`${code}: ${message}`)
    this.name = 'Unanswered'
    this.code = code
  }
}

interface GraphQLResponse<T> {
  data?: T | null
  errors?: { message: string; extensions?: { code?: string } }[]
}

const answerMs = 5_000
const retryable = new Set(['UNAVAILABLE', 'NETWORK'])

/** A front end as an app has it: HTTP for queries and mutations, graphql-ws for subscriptions, one token. */
export class PublicClient {
  readonly #endpoint: string
  readonly #token: string | undefined
  #socket: Client | undefined
  /** How often a request had to be repeated because nothing, or UNAVAILABLE, came back. */
  retries = 0

  constructor(endpoint: string, token?: string) {
    this.#endpoint = endpoint
    this.#token = token
  }

  /** One request, one answer; throws Unanswered for top-level errors. */
  async requestOnce<T>(
    query: string,
    variables: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<T> {
    let answer: GraphQLResponse<T>
    try {
      const response = await fetch(this.#endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(this.#token && { authorization: `Bearer ${this.#token}` }),
          ...headers,
        },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(answerMs),
      })
      answer = (await response.json()) as GraphQLResponse<T>
    } catch (err) {
      throw new RequestFailed('NETWORK', err instanceof Error ? err.message : String(err))
    }
    const [error] = answer.errors ?? []
    if (error) throw new RequestFailed(error.extensions?.code ?? 'UNKNOWN', error.message)
    if (!answer.data) throw new RequestFailed('UNKNOWN', 'an answer without data')
    return answer.data
  }

  /** Like `once`, repeated with the same variables (so the same requestId) while the service is away, for a minute. */
  async request<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const untilResult = Date.now() + 60_000
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.requestOnce<T>(query, variables)
      } catch (err) {
        if (!(err instanceof RequestFailed && retryable.has(err.code)) || Date.now() > untilResult) throw err
        this.retries++
        await sleep(Math.min(100 * 2 ** attempt, 2_000) * (0.5 + Math.random() / 2))
      }
    }
  }

  /**
   * A subscription's results; asked for again whenever the connection is lost or the service is away, for a minute. End it
   * with `return()`.
   */
  async *subscribe<T>(query: string, variables: Record<string, unknown> = {}): AsyncGenerator<T, void, void> {
    for (let goodUntil = Date.now() + 60_000; ; this.retries++) {
      try {
        for await (const result of this.#ws().iterate<T>({ query, variables })) {
          const [error] = result.errors ?? []
          if (error) throw new RequestFailed(String(error.extensions?.['code'] ?? 'UNKNOWN'), error.message)
          goodUntil = Date.now() + 60_000
          if (result.data) yield result.data
        }
        return
      } catch (err) {
        if (!(err instanceof RequestFailed && retryable.has(err.code)) || Date.now() > goodUntil) throw err
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

/** Reads results until `wanted` says yes; throws when that takes longer than `ms`. */
export async function until<T>(
  results: AsyncGenerator<T, void, void>,
  ms: number,
  what: string,
  wanted: (result: T) => boolean,
): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    AbortSignal.timeout(ms).addEventListener('abort', () => reject(new Error(`${what}: not within ${ms} ms`)))
  })
  const found = async () => {
    for await (const result of results) if (wanted(result)) return result
    throw new Error(`${what}: the subscription ended before`)
  }
  try {
    return await Promise.race([found(), late])
  } finally {
    void results.return()
  }
}
