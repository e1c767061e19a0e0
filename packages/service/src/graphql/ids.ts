import { isUuid } from '../identity/signed-identity.ts'
import { graphqlError } from './errors.ts'
import { messages } from './messages.ts'

/** The id as Postgres writes it (lower case); null when it is not a UUID, and so names nothing. */
export const uuidOf = (id: string): string | null => (isUuid(id) ? id.toLowerCase() : null)

/** The `requestId` as it is compared. Throws BAD_USER_INPUT when it is not a UUID: the client has a bug that it should see. */
export function requestIdOf(id: string): string {
  const requestId = uuidOf(id)
  if (!requestId) throw graphqlError('BAD_USER_INPUT', messages.requestIdNotUuid)
  return requestId
}
