import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import qs from 'qs'
import { decodeForm, type FormMap } from './api/form.ts'
import type { ApiRequest, ApiResponse } from './api/request.ts'
import { errorReply, type Reply } from './api/route.ts'
import { answerChallenge, challengePath } from './challenge/challenge.ts'
import { answerControl, type Controlled, controlPath } from './control/routes.ts'
import { invalidRequest, noSuchUrl } from './domain/outcome.ts'

/** Bytes; far above what any request to the emulated API needs. */
const largestBody = 1_048_576

export interface ListenerOptions {
  readonly api: (request: ApiRequest) => Promise<ApiResponse>
  readonly controlled: Controlled
  readonly log: (message: string, facts: Record<string, unknown>) => void
}

/** Serves Stripe's API, the challenge page, the control side, health and metrics. */
export function requestListener({ api, controlled, log }: ListenerOptions): RequestListener {
  const answersByStatus = new Map<number, number>()

  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      log('request broke', {
        url: request.url?.split('?')[0],
        error: error instanceof Error ? error.stack : String(error),
      })
      request.socket.destroy()
    })
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET'
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2)
    const body = await readBody(request)
    if (body === undefined) {
      json(response, errorReply(invalidRequest(`The request is too large: its body may have ${largestBody} bytes.`)))
    } else if (path.startsWith('/v1/')) {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
      )
      const answer = await api({ method, path, form: method === 'POST' ? body : query, headers })
      if (answer === null) return void request.socket.destroy()
      answersByStatus.set(answer.status, (answersByStatus.get(answer.status) ?? 0) + 1)
      json(response, answer, answer.headers)
    } else if (path.startsWith(challengePath)) {
      const page = answerChallenge(controlled.store, controlled.cause, { method, path, query, body })
      response.writeHead(page.status, page.headers).end(page.body)
    } else if (path.startsWith(controlPath)) {
      const params = method === 'POST' ? controlParams(body, request.headers['content-type']) : decodeForm(query)
      const unreadable = 'The body cannot be read. Send a JSON object, or a form with at most 1000 parameters.'
      json(response, params ? answerControl(controlled, method, path, params) : errorReply(invalidRequest(unreadable)))
    } else if (path === '/health/live' || path === '/health/ready') {
      json(response, { status: 200, body: { status: 'ok' } })
    } else if (path === '/metrics') {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(metrics(answersByStatus))
    } else {
      json(response, errorReply(noSuchUrl(method, path)))
    }
  }
}

function json(response: ServerResponse, { status, body }: Reply, headers: Readonly<Record<string, string>> = {}): void {
  response
    .writeHead(status, { ...headers, 'content-type': 'application/json' })
    .end(`${JSON.stringify(body, null, 2)}\n`)
}

/** Undefined when the body is too large. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= largestBody) chunks.push(chunk)
  }
  return size > largestBody ? undefined : Buffer.concat(chunks).toString()
}

/** The control side accepts forms and JSON; JSON is read as the same parameters in a form. */
function controlParams(body: string, contentType: string | undefined): FormMap | undefined {
  if (!contentType?.includes('json')) return decodeForm(body)
  try {
    const value: unknown = JSON.parse(body || '{}')
    return typeof value === 'object' && !Array.isArray(value) ? decodeForm(qs.stringify(value)) : undefined
  } catch {
    return undefined
  }
}

/** Prometheus's text format. */
const metrics = (answersByStatus: ReadonlyMap<number, number>): string =>
  [
    '# HELP stripe_emulator_requests_total Requests to the emulated API by status',
    '# TYPE stripe_emulator_requests_total counter',
    ...[...answersByStatus].map(([status, count]) => `stripe_emulator_requests_total{status="${status}"} ${count}`),
    '# HELP process_resident_memory_bytes Resident memory size in bytes.',
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    '',
  ].join('\n')
