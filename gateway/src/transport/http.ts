/**
 * Operations over HTTP. Without a preflight request a browser sends neither JSON by POST nor custom headers for a page of another
 * origin, and GET runs no mutations, so a forged request changes nothing.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { header, type Route } from '@holdfast/service/http'
import { type Log, traceparent } from '@holdfast/service/process'
import type { Admit } from '../admission/admit.ts'
import type { ConcurrencyLimiter } from '../admission/connection-limits.ts'
import { internalError, request as messages } from '../core/messages.ts'
import type { Credentials } from '../core/requester.ts'
import type { RunOperation } from '../execution/run-operation.ts'
import { addressOf } from '../identity/address.ts'
import type { Authenticate } from '../identity/authenticate.ts'
import { type Measure, rejected } from '../metrics/requests.ts'
import { cachedResponse, notStored } from './caching.ts'
import { deprecationHeaders } from './deprecation.ts'
import type { EventStreams } from './event-streams.ts'
import { readHttp } from './http-request.ts'
import { type HttpResponse, refusal, rejection, send, statusOf, statusResponse } from './http-response.ts'
import { type Accepted, type MediaType, negotiate } from './media-type.ts'

/** What every transport needs. */
export interface TransportOptions {
  readonly authenticate: Authenticate
  readonly admit: Admit
  readonly run: RunOperation
  readonly measure: Measure
  readonly concurrency: ConcurrencyLimiter
  /** Proxies in front of the gateway that add to X-Forwarded-For. */
  readonly trustedProxies: number
  readonly log: Log
}

/** A browser gets `page` instead of a response; in production there is none. */
export function httpTransport(options: TransportOptions, streams: EventStreams, page?: Route): Route {
  const { authenticate, admit, run, measure, concurrency, trustedProxies, log } = options

  /** Resolves to undefined when the response is a stream that goes on. */
  const respond = async (
    request: IncomingMessage,
    response: ServerResponse,
    { single, stream }: Accepted,
  ): Promise<HttpResponse | undefined> => {
    const read = await readHttp(request)
    if ('status' in read || !read.ok) {
      rejected.inc({ code: 'BAD_REQUEST' })
      return 'status' in read ? read : refusal(400, read.error)
    }
    const authenticated = await authenticate(credentialsOf(request, trustedProxies))
    if (!authenticated.ok) return statusResponse(authenticated.error)
    const { requester } = authenticated
    const admitted = await admit(read.request, requester, (type) => {
      if (type === 'mutation' && request.method === 'GET') return messages.mutationByGet
      return type === 'subscription' && !stream ? messages.subscriptionNotAcceptable : undefined
    })
    if (!admitted.ok) {
      const [first] = admitted.errors
      if (first === messages.mutationByGet) return refusal(405, first, { allow: 'POST' })
      if (first === messages.subscriptionNotAcceptable) return refusal(406, first)
      if (first && statusOf(first)) return statusResponse(first)
      const body = rejection(admitted.errors)
      // An invalid document is an HTTP error only in the newer media type.
      if (single) return { status: single === 'application/json' ? 200 : 400, body }
      return void (stream && streams.once(response, stream, body))
    }
    const { prepared, published } = admitted
    const { type } = prepared.operation
    for (const [name, value] of Object.entries(deprecationHeaders(published))) response.setHeader(name, value)
    if (type !== 'subscription') {
      const timed = measure('http', prepared)
      const { text, errors } = await run(prepared, requester.viewer)
      timed(errors)
      if (!single) return void (stream && streams.once(response, stream, text))
      return request.method === 'GET' && errors.length === 0
        ? cachedResponse(request, text, single, published)
        : { status: 200, body: text }
    }
    // When the client has left already, 'close' would never release the slot.
    if (!stream || response.destroyed) return
    const slot = concurrency.stream(requester)
    if (!slot.ok) return statusResponse(slot.error)
    response.once('close', slot.release)
    return streams.serve(response, stream, admitted, requester)
  }

  return async (request, response) => {
    const trace = traceparent()
    if (trace) response.setHeader('traceparent', trace)
    if (page && isForBrowser(request)) return page(request, response)
    const accepted = negotiate(header(request, 'accept'))
    const mediaType: MediaType = accepted.single ?? 'application/json'
    if (!accepted.single && !accepted.stream) return send(response, mediaType, refusal(406, messages.notAcceptable))
    try {
      const responded = await respond(request, response, accepted)
      if (responded) send(response, mediaType, request.method === 'GET' ? withoutStoring(responded) : responded)
    } catch (err) {
      if (request.destroyed && !request.complete) return // The client left before its request was complete.
      log.error({ err }, 'request failed')
      send(response, mediaType, refusal(500, internalError))
    }
  }
}

/** Only results of operations say what caches may do with them; nothing else is stored. */
const withoutStoring = (response: HttpResponse): HttpResponse =>
  response.headers?.['cache-control'] ? response : { ...response, headers: { ...response.headers, ...notStored } }

const credentialsOf = (request: IncomingMessage, trustedProxies: number): Credentials => ({
  authorization: header(request, 'authorization'),
  apiKey: header(request, 'x-api-key'),
  address: addressOf(request, trustedProxies),
})

const isForBrowser = (request: IncomingMessage): boolean => {
  if (request.method !== 'GET' || !(header(request, 'accept') ?? '').includes('text/html')) return false
  const { searchParams } = new URL(request.url ?? '/', 'http://here')
  return !['query', 'documentId', 'extensions'].some((name) => searchParams.has(name))
}
