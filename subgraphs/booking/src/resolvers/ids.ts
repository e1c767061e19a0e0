import { graphqlError } from '@holdfast/service/graphql'
import { isUuid } from '@holdfast/service/identity'

/** A requestId as it is compared; BAD_USER_INPUT when it is no UUID. */
export function requestIdOf(id: string): string {
  if (!isUuid(id)) throw graphqlError('BAD_USER_INPUT', 'requestId must be a UUID that you choose (version 4).')
  return id.toLowerCase()
}
