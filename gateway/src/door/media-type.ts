/** The two media types of GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types). */
export type MediaType = 'application/json' | 'application/graphql-response+json'

/** The type to answer in; without an Accept header JSON; undefined when the client accepts neither. */
export function negotiate(accept: string | undefined): MediaType | undefined {
  if (accept === undefined || accept.trim() === '') return 'application/json'
  let best: { readonly type: MediaType; readonly quality: number } | undefined
  for (const range of accept.split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const type = offered(name, parameters)
    if (!type) continue
    const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1)
    if (quality > 0 && (!best || quality > best.quality)) best = { type, quality }
  }
  return best?.type
}

function offered(name: string, parameters: readonly string[]): MediaType | undefined {
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))
  if (charset && charset !== 'charset=utf-8' && charset !== 'charset="utf-8"') return undefined
  if (name === 'application/graphql-response+json') return name
  return name === 'application/json' || name === 'application/*' || name === '*/*' ? 'application/json' : undefined
}

/** Whether a body of this type is JSON that we can read. */
export function isJson(contentType: string | undefined): boolean {
  const [name = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase())
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))
  return name === 'application/json' && (!charset || /^charset="?utf-8"?$/.test(charset))
}
