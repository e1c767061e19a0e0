/**
 * The media types that a client accepts: those of GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types)
 * for a single response, and for streams server-sent events as in graphql-sse, or multipart as Apollo's clients ask for it.
 */
import { type ContentType, parse } from 'content-type'
import { LRUCache } from 'lru-cache'

export type MediaType = 'application/json' | 'application/graphql-response+json'
export type StreamType = 'text/event-stream' | 'multipart/mixed'

export interface Accepted {
  readonly single: MediaType | undefined
  readonly stream: StreamType | undefined
}

const negotiated = new LRUCache<string, Accepted>({ max: 100 }) // Clients send few different Accept headers.

/** What the client prefers of each; without an Accept header, JSON. */
export function negotiate(accept: string | undefined): Accepted {
  if (accept === undefined || accept.trim() === '') return { single: 'application/json', stream: undefined }
  const known = negotiated.get(accept)
  if (known) return known
  const ranges = rangesOf(accept)
  const accepted = { single: best(ranges, singleType), stream: best(ranges, streamType) }
  negotiated.set(accept, accepted)
  return accepted
}

function rangesOf(accept: string): readonly ContentType[] {
  const ranges: ContentType[] = []
  for (let start = 0; start < accept.length; ) {
    const range = parse(accept, { comma: true, start })
    ranges.push(range)
    start = range.index + 1
  }
  return ranges
}

function best<T>(ranges: readonly ContentType[], offered: (range: ContentType) => T | undefined): T | undefined {
  let found: { readonly type: T; readonly quality: number } | undefined
  for (const range of ranges) {
    const type = offered(range)
    const quality = Number(range.parameters['q'] ?? 1)
    if (type && quality > 0 && (!found || quality > found.quality)) found = { type, quality }
  }
  return found?.type
}

const singleType = ({ type, parameters }: ContentType): MediaType | undefined => {
  if (!isUtf8(parameters)) return undefined
  if (type === 'application/graphql-response+json') return type
  return type === 'application/json' || type === 'application/*' || type === '*/*' ? 'application/json' : undefined
}

const streamType = ({ type, parameters }: ContentType): StreamType | undefined => {
  if (type === 'text/event-stream') return type
  return type === 'multipart/mixed' && parameters['subscriptionspec'] !== undefined ? type : undefined
}

/** Whether a body of this type is JSON in UTF-8. */
export function isJson(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true
  const { type, parameters } = parse(contentType ?? '')
  return type === 'application/json' && isUtf8(parameters)
}

const isUtf8 = (parameters: ContentType['parameters']): boolean =>
  (parameters['charset'] ?? 'utf-8').toLowerCase() === 'utf-8'
