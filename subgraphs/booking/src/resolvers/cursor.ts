import { graphqlError } from '@holdfast/service/graphql'
import { isUuid } from '@holdfast/service/identity'
import { messages } from '../messages.ts'

/** The cursor of a booking in a list; opaque to clients. */
export const cursorOf = (bookingId: string): string =>
  Buffer.from(bookingId.replaceAll('-', ''), 'hex').toString('base64url')

/** The id of the booking in a cursor. Throws BAD_USER_INPUT when `cursorOf` did not make it. */
export function idOfCursor(cursor: string): string {
  const hex = Buffer.from(cursor, 'base64url').toString('hex')
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  if (!isUuid(id)) throw graphqlError('BAD_USER_INPUT', messages.afterInvalid)
  return id
}
