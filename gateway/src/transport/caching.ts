/**
 * What caches may do with a response to GET. A response without errors may be stored: for the time that was given when the operation
 * was published, otherwise only with revalidation by its ETag. With credentials only the client itself may store it.
 */
import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { PublishedOperation } from '@holdfast/operations'
import { header } from '@holdfast/service/http'
import type { HttpResponse } from './http-response.ts'
import type { MediaType } from './media-type.ts'

export const notStored = { 'cache-control': 'no-store' } as const

/** The response without errors to GET; without a body when the client has it already. */
export function cachedResponse(
  request: IncomingMessage,
  body: string,
  mediaType: MediaType,
  published: PublishedOperation | undefined,
): HttpResponse {
  const hasCredentials = header(request, 'authorization') !== undefined || header(request, 'x-api-key') !== undefined
  const age = published?.maxAgeS
  const headers = {
    'cache-control': `${hasCredentials ? 'private' : 'public'}, ${age === undefined ? 'no-cache' : `max-age=${age}`}`,
    // With the media type in it, because the tag is strong.
    etag: `"${hash('sha256', `${mediaType}\n${body}`, 'base64url')}"`,
    vary: 'accept, authorization, x-api-key',
  }
  return matches(header(request, 'if-none-match'), headers.etag)
    ? { status: 304, body: '', headers }
    : { status: 200, body, headers }
}

/** RFC 9110, 13.1.2: weak comparison. */
const matches = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch?.trim() === '*' || (ifNoneMatch ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
