import { isObject } from '../core/json.ts'

/**
 * graphql-transport-ws requires a `query` in every subscribe message and closes the socket without one, but an operation that is named
 * by its id has none. Adds an empty one to such a message, and leaves all others unchanged.
 */
export function withQuery(message: string): string {
  if (!/"(documentId|persistedQuery)"/.test(message)) return message
  let read: unknown
  try {
    read = JSON.parse(message)
  } catch {
    return message // graphql-ws reports what is wrong with it.
  }
  if (!isObject(read) || read['type'] !== 'subscribe') return message
  const { payload } = read
  if (!isObject(payload) || (payload['query'] !== undefined && payload['query'] !== null)) return message
  return JSON.stringify({ ...read, payload: { ...payload, query: '' } })
}
