import { graphqlError } from '@holdfast/service/graphql'
import { isUuid } from '@holdfast/service/identity'

/** Opaque to clients: the booking a page ended with. */
export const cursorOf = (bookingId: string): string =>
  Buffer.from(bookingId.replaceAll('-', ''), 'hex').toString('base64url')

/** BAD_USER_INPUT when it is no cursor of ours. */
export function idOfCursor(cursor: string): string {
  const hex = Buffer.from(cursor, 'base64url').toString('hex')
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  if (!isUuid(id)) throw graphqlError('BAD_USER_INPUT', 'after must be a cursor that an earlier page gave.')
  return id
}
