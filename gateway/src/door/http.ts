/**
 * Queries and mutations over HTTP. A page of another origin can make a browser send neither JSON by POST nor a mutation
 * by GET without asking first, so nothing here changes anything for a forged request.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { header, type Log, PayloadTooLarge, type Route, readBody, traceparent } from '@holdfast/service'
import type { Answering, Response } from '../answering.ts'
import type { Fault } from '../execute/trouble.ts'
import type { Identify } from '../identity.ts'
import type { Meter } from '../meter.ts'
import { type ReadRequest, readRequest } from '../request.ts'
import { isJson, type MediaType, negotiate } from './media-type.ts'

export interface HttpDoorOptions {
  readonly answering: Answering
  readonly identify: Identify
  readonly meter: Meter
  readonly log: Log
  /** What a browser gets that comes to look. */
  readonly page?: Route
}

const bodyLimit = 1_000_000 // bytes

/** What is sent back. */
interface Reply {
  readonly status: number
  readonly body: Response
  readonly headers?: Readonly<Record<string, string>>
}

export function graphqlRoute({ answering, identify, meter, log, page }: HttpDoorOptions): Route {
  const reply = async (request: IncomingMessage, mediaType: MediaType): Promise<Reply> => {
    // What makes a request malformed is an error in both media types; what is wrong with its document only in the newer.
    const invalid = mediaType === 'application/json' ? 200 : 400
    const read = await readHttp(request)
    if ('status' in read) return read
    if (!read.ok) return refusal(400, read.fault)
    const identified = await identify(header(request, 'authorization'))
    if (!identified.ok) {
      if (identified.fault.extensions['code'] !== 'UNAUTHENTICATED') return refusal(503, identified.fault)
      return refusal(401, identified.fault, { 'www-authenticate': 'Bearer' })
    }
    const preparation = answering.prepare(read.request)
    if (!preparation.ok) {
      const errors = preparation.faults.map(({ message, locations, extensions }) => ({
        message,
        ...(locations && { locations }),
        extensions,
      }))
      return { status: invalid, body: { errors } }
    }
    const { operation } = preparation.prepared
    const measured = meter.begin('http', operation)
    try {
      if (operation.type === 'subscription')
        return refusal(400, bad('Subscriptions are served over WebSocket (graphql-transport-ws) at this address.'))
      if (request.method === 'GET' && operation.type !== 'query')
        return refusal(405, bad('Send a mutation by POST.'), { allow: 'POST' })
      const body = await answering.answer(preparation.prepared, identified.identity.viewer)
      measured.end(body.errors)
      return { status: 200, body }
    } finally {
      measured.end()
    }
  }

  return async (request, response) => {
    const trace = traceparent()
    if (trace) response.setHeader('traceparent', trace)
    if (page && wantsPage(request)) return page(request, response)
    const mediaType = negotiate(header(request, 'accept'))
    if (!mediaType) return send(response, 'application/json', refusal(406, bad('Accept application/json.')))
    try {
      send(response, mediaType, await reply(request, mediaType))
    } catch (err) {
      log.error({ err }, 'request failed')
      send(
        response,
        mediaType,
        refusal(500, { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }),
      )
    }
  }
}

const wantsPage = (request: IncomingMessage): boolean =>
  request.method === 'GET' &&
  (header(request, 'accept') ?? '').includes('text/html') &&
  !new URL(request.url ?? '/', 'http://here').searchParams.has('query')

async function readHttp(request: IncomingMessage): Promise<ReadRequest | Reply> {
  if (request.method === 'GET') return readSearch(request.url ?? '')
  if (request.method !== 'POST') return refusal(405, bad('Send a query by GET or POST.'), { allow: 'GET, POST' })
  if (!isJson(header(request, 'content-type')))
    return refusal(415, bad('Send the request as application/json in UTF-8.'))
  let body: Buffer
  try {
    body = await readBody(request, bodyLimit)
  } catch (err) {
    if (err instanceof PayloadTooLarge) return refusal(413, bad(err.message), { connection: 'close' })
    throw err
  }
  return readJson(body.toString('utf8'), 'The body')
}

/** `query`, `operationName`, `variables` and `extensions` as search parameters; the last two in JSON. */
function readSearch(url: string): ReadRequest {
  const search = new URLSearchParams(url.slice(url.indexOf('?') + 1 || url.length))
  const members: Record<string, unknown> = {}
  for (const name of ['query', 'operationName']) if (search.has(name)) members[name] = search.get(name)
  for (const name of ['variables', 'extensions']) {
    const text = search.get(name)
    if (text === null || text === '') continue
    try {
      members[name] = JSON.parse(text)
    } catch {
      return { ok: false, fault: bad(`"${name}" is not JSON.`) }
    }
  }
  return readRequest(members)
}

function readJson(text: string, what: string): ReadRequest {
  try {
    return readRequest(JSON.parse(text))
  } catch {
    return { ok: false, fault: bad(`${what} is not JSON.`) }
  }
}

function send(response: ServerResponse, mediaType: MediaType, { status, body, headers }: Reply): void {
  if (response.headersSent || response.destroyed) return
  const bytes = Buffer.from(JSON.stringify(body))
  response
    .writeHead(status, { 'content-type': `${mediaType}; charset=utf-8`, 'content-length': bytes.length, ...headers })
    .end(bytes)
}

const bad = (message: string): Fault => ({ message, extensions: { code: 'BAD_REQUEST' } })
const refusal = (status: number, fault: Fault, headers: Record<string, string> = {}): Reply => ({
  status,
  body: { errors: [fault] },
  headers,
})
