import { deadlineHeader, identityHeader, signIdentity } from '@holdfast/service/identity'
import { type Log, traceparent } from '@holdfast/service/process'
import { type Dispatcher, Pool } from 'undici'
import type { SubgraphRequest } from '../execute/execute.ts'
import { brokenAnswer, type Reply, unavailable } from './answer.ts'

/** How subgraphs are spoken to. */
export interface ConnectionOptions {
  /** Shared with the subgraphs; without it requests are not signed. */
  readonly secret: string | undefined
  /** Milliseconds that one request may take. */
  readonly timeoutMs: number
  readonly log: Log
}

const sockets = 64 // per subgraph; past that requests wait in line, within their deadline
const idleMs = 30_000 // Below the 65 s of a subgraph's server: the one who asks closes first.
const answerLimit = 32_000_000 // bytes

export interface Connection {
  ask(request: SubgraphRequest): Promise<Reply>
  /** Whether something answers HTTP there and does not say that it is not ready. */
  ready(): Promise<void>
  close(): Promise<void>
}

/** HTTP to one subgraph over kept sockets. */
export function connect(subgraph: string, url: string, options: ConnectionOptions): Connection {
  const { origin, pathname, search } = new URL(url)
  const path = pathname + search
  const pool = new Pool(origin, { connections: sockets, keepAliveTimeout: idleMs, pipelining: 1 })

  const post = (request: SubgraphRequest) => {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      accept: 'application/json, application/graphql-response+json;q=0.9',
    }
    const trace = traceparent()
    if (trace) headers['traceparent'] = trace
    if (options.secret) headers[identityHeader] = signIdentity(request.viewer, subgraph, request.body, options.secret)
    const now = Date.now()
    const timeoutMs = Math.min(options.timeoutMs, request.deadline - now)
    headers[deadlineHeader] = String(now + timeoutMs)
    return exchange(pool, { path, method: 'POST', headers, body: request.body }, timeoutMs)
  }

  const ask = async (request: SubgraphRequest): Promise<Reply> => {
    try {
      const { status, body } = await post(request).catch((err: unknown) => {
        // Mostly a socket that the subgraph closed while it lay idle. Whether it has seen the request nobody knows; a read
        // may be answered twice.
        if (request.reads && isClosedSocket(err)) return post(request)
        throw err
      })
      const reply = replyOf(status, body)
      if (reply.kind === 'failed') options.log.error({ subgraph, status }, 'subgraph refused the gateway')
      return reply
    } catch (err) {
      options.log.warn({ subgraph, reason: err instanceof Error ? err.message : err }, 'subgraph did not answer')
      return { kind: 'failed', fault: unavailable }
    }
  }

  return {
    ask,
    ready: async () => {
      const { status } = await exchange(pool, { path: '/health/ready', method: 'GET' }, 1_000)
      if (status === 503) throw new Error(`${subgraph} is not ready`)
    },
    close: () => pool.destroy(),
  }
}

function replyOf(status: number, text: string): Reply {
  if (status === 502 || status === 503 || status === 504) return { kind: 'failed', fault: unavailable }
  // A subgraph that does not trust this gateway is our fault, not the client's.
  if (status === 401 || status === 403) return { kind: 'failed', fault: brokenAnswer }
  return { kind: 'replied', text }
}

const isClosedSocket = (err: unknown): boolean =>
  err instanceof Error && 'code' in err && ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(String(err.code))

interface Exchanged {
  readonly status: number
  readonly body: string
}

/** One request and its whole answer within `timeoutMs`. Undici's own timeouts may be a second late, so they are not used. */
function exchange(
  pool: Pool,
  request: Omit<Dispatcher.DispatchOptions, 'origin'>,
  timeoutMs: number,
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let status = 0
    let size = 0
    let late = false
    const chunks: Buffer[] = []
    if (timeoutMs <= 0) {
      reject(new Error('no time is left'))
      return
    }
    const timer = setTimeout(() => {
      late = true
      const err = new Error(`no answer within ${Math.round(timeoutMs)} ms`)
      controller?.abort(err)
      reject(err)
    }, timeoutMs)

    pool.dispatch(
      { ...request, headersTimeout: 0, bodyTimeout: 0 },
      {
        onRequestStart: (started) => {
          controller = started
          // It waited in line for a socket until nobody waited for it.
          if (late) started.abort(new Error('too late'))
        },
        onResponseStart: (_, statusCode) => {
          status = statusCode
        },
        onResponseData: (responding, chunk) => {
          size += chunk.length
          if (size > answerLimit) responding.abort(new Error(`the answer has more than ${answerLimit} bytes`))
          else chunks.push(chunk)
        },
        onResponseEnd: () => {
          clearTimeout(timer)
          resolve({ status, body: (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString('utf8') ?? '' })
        },
        onResponseError: (_, err) => {
          clearTimeout(timer)
          reject(err)
        },
      },
    )
  })
}
