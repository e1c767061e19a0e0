import { deadlineHeader, identityHeader, signIdentity } from '@holdfast/service/identity'
import { type Log, traceparent } from '@holdfast/service/process'
import { type Dispatcher, Pool } from 'undici'
import { internalError, subgraphs as messages } from '../core/messages.ts'
import type { SubgraphOptions, SubgraphReply, SubgraphRequest } from './result.ts'

const sockets = 64 // per subgraph; further requests wait, within their deadline
const idleMs = 30_000 // Shorter than the 65 s of a subgraph's server, so that the gateway closes first.
const answerLimit = 32_000_000 // bytes

/** HTTP to one subgraph over a pool of sockets. */
export function httpConnection(
  subgraph: string,
  url: string,
  { gatewaySecret, subgraphTimeoutMs }: SubgraphOptions,
  log: Log,
) {
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
    if (gatewaySecret) headers[identityHeader] = signIdentity(request.viewer, subgraph, request.body, gatewaySecret)
    const now = Date.now()
    const timeoutMs = Math.min(subgraphTimeoutMs, request.deadline - now)
    headers[deadlineHeader] = String(now + timeoutMs)
    return exchange(pool, { path, method: 'POST', headers, body: request.body }, timeoutMs)
  }

  const send = async (request: SubgraphRequest): Promise<SubgraphReply> => {
    try {
      const { status, body } = await post(request).catch((err: unknown) => {
        // Usually a socket that the subgraph closed while it was idle. The subgraph may have seen the request or not, so only reads are
        // sent again.
        if (request.reads && isClosedSocket(err)) return post(request)
        throw err
      })
      const reply = replyOf(status, body)
      if (reply.kind === 'failed') log.error({ subgraph, status }, 'subgraph refused the gateway')
      return reply
    } catch (err) {
      log.warn({ subgraph, reason: err instanceof Error ? err.message : err }, 'subgraph did not answer')
      return { kind: 'failed', error: messages.unavailable }
    }
  }

  return {
    send,
    /** Rejects when nothing answers HTTP there, or answers that it is not ready. */
    ready: async () => {
      const { status } = await exchange(pool, { path: '/health/ready', method: 'GET' }, 1_000)
      if (status === 503) throw new Error(`${subgraph} is not ready`)
    },
    close: () => pool.destroy(),
  }
}

function replyOf(status: number, text: string): SubgraphReply {
  if (status === 502 || status === 503 || status === 504) return { kind: 'failed', error: messages.unavailable }
  // The subgraph does not trust this gateway: an error of the server, not of the client.
  if (status === 401 || status === 403) return { kind: 'failed', error: internalError }
  return { kind: 'replied', text }
}

const isClosedSocket = (err: unknown): boolean =>
  err instanceof Error && 'code' in err && ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(String(err.code))

/** One request and its complete response within `timeoutMs`. Undici's own timeouts may be a second late, so they are not used. */
function exchange(
  pool: Pool,
  request: Omit<Dispatcher.DispatchOptions, 'origin'>,
  timeoutMs: number,
): Promise<{ readonly status: number; readonly body: string }> {
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
          // It waited for a socket until its time was over.
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
