/**
 * In which form a client takes its answer: the media types of GraphQL over HTTP
 * (https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types) for one response, and for many of them
 * server-sent events as graphql-sse has them, or multipart as Apollo's clients ask for it.
 */
export type MediaType = 'application/json' | 'application/graphql-response+json'
export type StreamType = 'text/event-stream' | 'multipart/mixed'

export interface Accepted {
  readonly single: MediaType | undefined
  readonly stream: StreamType | undefined
}

/** What the client likes best of each; without an Accept header, JSON. */
export function negotiate(accept: string | undefined): Accepted {
  if (accept === undefined || accept.trim() === '') return { single: 'application/json', stream: undefined }
  const ranges = accept.split(',').map(readRange)
  return { single: best(ranges, singleType), stream: best(ranges, streamType) }
}

interface Range {
  readonly name: string
  readonly parameters: ReadonlyMap<string, string>
}

function best<T>(ranges: readonly Range[], offered: (range: Range) => T | undefined): T | undefined {
  let found: { readonly type: T; readonly quality: number } | undefined
  for (const range of ranges) {
    const type = offered(range)
    const quality = Number(range.parameters.get('q') ?? 1)
    if (type && quality > 0 && (!found || quality > found.quality)) found = { type, quality }
  }
  return found?.type
}

const singleType = ({ name, parameters }: Range): MediaType | undefined => {
  if (!isUtf8(parameters)) return undefined
  if (name === 'application/graphql-response+json') return name
  return name === 'application/json' || name === 'application/*' || name === '*/*' ? 'application/json' : undefined
}

const streamType = ({ name, parameters }: Range): StreamType | undefined => {
  if (name === 'text/event-stream') return name
  return name === 'multipart/mixed' && parameters.has('subscriptionspec') ? name : undefined
}

/** Whether a body of this type is JSON that we can read. */
export function isJson(contentType: string | undefined): boolean {
  const { name, parameters } = readRange(contentType ?? '')
  return name === 'application/json' && isUtf8(parameters)
}

const isUtf8 = (parameters: Range['parameters']): boolean => (parameters.get('charset') ?? 'utf-8') === 'utf-8'

function readRange(text: string): Range {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  return {
    name,
    parameters: new Map(
      parameters.map((parameter) => {
        const [key = '', value = ''] = parameter.split('=')
        return [key, value.replaceAll('"', '')]
      }),
    ),
  }
}
