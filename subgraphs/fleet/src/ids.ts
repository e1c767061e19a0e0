import { graphqlError } from '@holdfast/service/graphql'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The id as Postgres writes it; null when it is no UUID, and so names nothing. */
export function uuidIn(id: string): string | null {
  const lower = id.toLowerCase()
  return uuid.test(lower) ? lower : null
}

/** The id, or BAD_USER_INPUT: a client that sends anything else has a bug that it should see. */
export function requestIdOf(id: string): string {
  const requestId = uuidIn(id)
  if (!requestId) throw graphqlError('BAD_USER_INPUT', 'requestId must be a UUID that you choose.')
  return requestId
}
