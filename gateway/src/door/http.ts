/**
 * Operations over HTTP. A page of another origin can make a browser send neither JSON by POST nor a mutation by GET
 * without asking first, so nothing here changes anything for a forged request.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { header, type Route } from '@holdfast/service/http'
import { type Log, traceparent } from '@holdfast/service/process'
import type { Admission } from '../admission.ts'
import type { Answering, Prepared } from '../answering.ts'
import type { Caller, Credentials } from '../caller.ts'
import { type Meter, rejected } from '../meter.ts'
import type { Open } from '../open.ts'
import { addressOf } from './address.ts'
import { type Asker, cachedReply, notStored } from './caching.ts'
import { deprecationHeaders } from './deprecation.ts'
import type { EventStreams } from './event-streams.ts'
import { readHttp } from './http-request.ts'
import { type Accepted, type MediaType, negotiate } from './media-type.ts'
import { bad, hasStatus, type Reply, refusal, rejection, send, statusReply } from './reply.ts'

export interface HttpDoorOptions {
  readonly admission: Admission
  readonly answering: Answering
  readonly streams: EventStreams
  readonly meter: Meter
  readonly open: Open
  /** Proxies of ours in front of this door. */
  readonly trustedProxies: number
  readonly log: Log
  /** What a browser gets that comes to look. */
  readonly page?: Route
}

const mutationByGet = bad('Send a mutation by POST.')
const noStream = bad('Accept text/event-stream for a subscription, or use graphql-transport-ws at this address.')
const brokenReply = refusal(500, {
  message: 'Something went wrong on our side.',
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
})

export function graphqlRoute(options: HttpDoorOptions): Route {
  const { admission, answering, streams, meter, open, trustedProxies, log, page } = options
  /** Replies, or answers undefined when the response is a stream that goes on. */
  const reply = async (
    request: IncomingMessage,
    response: ServerResponse,
    { single, stream }: Accepted,
  ): Promise<Reply | undefined> => {
    const read = await readHttp(request)
    if ('status' in read || !read.ok) {
      rejected.inc({ code: 'BAD_REQUEST' })
      return 'status' in read ? read : refusal(400, read.fault)
    }
    const called = await admission.recognise(credentialsOf(request, trustedProxies))
    if (!called.ok) return statusReply(called.fault)
    const { caller } = called
    const admitted = await admission.admit(read.request, caller, (type) => {
      if (type === 'mutation' && request.method === 'GET') return mutationByGet
      return type === 'subscription' && !stream ? noStream : undefined
    })
    if (!admitted.ok) {
      const [first] = admitted.faults
      if (first === mutationByGet) return refusal(405, first, { allow: 'POST' })
      if (first === noStream) return refusal(406, first)
      if (first && hasStatus(first)) return statusReply(first)
      const body = rejection(admitted.faults)
      // A malformed request is an error in both media types, a document that is not valid only in the newer one.
      if (single) return { status: single === 'application/json' ? 200 : 400, body }
      return void (stream && streams.once(response, stream, body))
    }
    const { prepared, published } = admitted
    const { type } = prepared.operation
    for (const [name, value] of Object.entries(deprecationHeaders(published))) response.setHeader(name, value)
    if (type !== 'subscription') {
      const { text, errors } = await answer(prepared, caller)
      if (!single) return void (stream && streams.once(response, stream, text))
      return request.method === 'GET'
        ? cachedReply(text, errors.length > 0, single, published, askerOf(request))
        : { status: 200, body: text }
    }
    // It left while we looked at its token: nothing would ever take it off the count.
    if (!stream || response.destroyed) return
    const entered = open.stream(caller)
    if (!entered.ok) return statusReply(entered.fault)
    response.once('close', entered.leave)
    return streams.serve(response, stream, admitted, caller)
  }

  const answer = async (prepared: Prepared, { viewer }: Caller) => {
    const measured = meter.begin('http', prepared)
    const answered = await answering.answer(prepared, viewer)
    measured.end(answered.errors)
    return answered
  }

  return async (request, response) => {
    const trace = traceparent()
    if (trace) response.setHeader('traceparent', trace)
    if (page && wantsPage(request)) return page(request, response)
    const accepted = negotiate(header(request, 'accept'))
    const mediaType: MediaType = accepted.single ?? 'application/json'
    if (!accepted.single && !accepted.stream)
      return send(response, mediaType, refusal(406, bad('Accept application/json.')))
    try {
      const replied = await reply(request, response, accepted)
      if (replied) send(response, mediaType, request.method === 'GET' ? unlessCached(replied) : replied)
    } catch (err) {
      if (request.destroyed && !request.complete) return // It left before it had said what it wants.
      log.error({ err }, 'request failed')
      send(response, mediaType, brokenReply)
    }
  }
}

/** Only an answer says what caches may do with it; nothing else is kept. */
const unlessCached = (reply: Reply): Reply =>
  reply.headers?.['cache-control'] ? reply : { ...reply, headers: { ...reply.headers, ...notStored } }

const askerOf = (request: IncomingMessage): Asker => ({
  hasCredentials: header(request, 'authorization') !== undefined || header(request, 'x-api-key') !== undefined,
  ifNoneMatch: header(request, 'if-none-match'),
})

const credentialsOf = (request: IncomingMessage, trustedProxies: number): Credentials => ({
  authorization: header(request, 'authorization'),
  apiKey: header(request, 'x-api-key'),
  address: addressOf(request, trustedProxies),
})

const wantsPage = (request: IncomingMessage): boolean => {
  if (request.method !== 'GET' || !(header(request, 'accept') ?? '').includes('text/html')) return false
  const { searchParams } = new URL(request.url ?? '/', 'http://here')
  return !['query', 'documentId', 'extensions'].some((name) => searchParams.has(name))
}
