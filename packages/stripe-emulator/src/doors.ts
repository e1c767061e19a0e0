import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { challengePath } from './challenge/url.ts'
import { visitChallenge } from './challenge/visit.ts'
import { type Controlled, controlPath, obey } from './control/api.ts'
import { invalidRequest, noSuchUrl } from './domain/errors.ts'
import type { ApiRequest, ApiResponse } from './http/api.ts'
import { decodeForm, type Form, type FormMap } from './http/form.ts'
import { errorReply, type Reply } from './http/route.ts'

/** Bytes; far above what any request to the emulated API needs. */
const largestBody = 1_048_576

export interface Doors {
  readonly api: (request: ApiRequest) => Promise<ApiResponse>
  readonly controlled: Controlled
  readonly log: (message: string, facts: Record<string, unknown>) => void
}

/** The doors of the emulator: Stripe's API, the challenge page, the control side, health. */
export function openDoors({ api, controlled, log }: Doors): RequestListener {
  const answered = new Map<number, number>()
  /** Prometheus's text format. */
  const exposition = () =>
    [
      '# HELP stripe_emulator_requests_total Requests to the emulated API by status',
      '# TYPE stripe_emulator_requests_total counter',
      ...[...answered].map(([status, count]) => `stripe_emulator_requests_total{status="${status}"} ${count}`),
      '# HELP process_resident_memory_bytes Resident memory size in bytes.',
      '# TYPE process_resident_memory_bytes gauge',
      `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
      '',
    ].join('\n')

  return (request, response) => {
    open(request, response).catch((error: unknown) => {
      log('request broke', {
        url: request.url?.split('?')[0],
        error: error instanceof Error ? error.stack : String(error),
      })
      request.socket.destroy()
    })
  }

  async function open(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET'
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2)
    const body = await bodyOf(request)
    if (body === undefined) return json(response, errorReply({ ...invalidRequest('The request is too large.') }))

    if (path.startsWith('/v1/')) {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
      )
      const answer = await api({ method, path, form: method === 'POST' ? body : query, headers })
      if (answer) answered.set(answer.status, (answered.get(answer.status) ?? 0) + 1)
      if (answer === null) request.socket.destroy()
      else json(response, answer, answer.headers)
    } else if (path.startsWith(challengePath)) {
      const page = visitChallenge(controlled.books, controlled.cause, { method, path, query, body })
      response.writeHead(page.status, page.headers).end(page.body)
    } else if (path.startsWith(controlPath)) {
      const params = method === 'POST' ? commandParams(body, request.headers['content-type']) : decodeForm(query)
      json(
        response,
        params ? obey(controlled, { method, path, params }) : errorReply(invalidRequest('Unreadable body.')),
      )
    } else if (path === '/health/live' || path === '/health/ready') {
      json(response, { status: 200, body: { status: 'ok' } })
    } else if (path === '/metrics') {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(exposition())
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

/** Undefined when there is more than anyone needs. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= largestBody) chunks.push(chunk)
  }
  return size > largestBody ? undefined : Buffer.concat(chunks).toString()
}

/** Commands are JSON or forms; the values of JSON are read as a form would have said them. */
function commandParams(body: string, contentType: string | undefined): FormMap | undefined {
  if (!contentType?.includes('json')) return decodeForm(body)
  try {
    const value: unknown = JSON.parse(body || '{}')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (asForm(value) as FormMap) : undefined
  } catch {
    return undefined
  }
}

function asForm(value: unknown): Form {
  if (Array.isArray(value)) return value.map(asForm)
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asForm(each)]))
}
