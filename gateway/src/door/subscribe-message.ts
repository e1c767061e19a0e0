import { isObject } from '../execute/json.ts'

/**
 * graphql-transport-ws wants a `query` in every subscribe message and closes the socket without one; an operation that is
 * named by its id has none. Gives such a message an empty one, and leaves everything else as it is.
 */
export function withQuery(message: string): string {
  if (!/"(documentId|persistedQuery)"/.test(message)) return message
  let read: unknown
  try {
    read = JSON.parse(message)
  } catch {
    return message // The protocol says what is wrong with it.
  }
  if (!isObject(read) || read['type'] !== 'subscribe') return message
  const { payload } = read
  if (!isObject(payload) || (payload['query'] !== undefined && payload['query'] !== null)) return message
  return JSON.stringify({ ...read, payload: { ...payload, query: '' } })
}
