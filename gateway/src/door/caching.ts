/**
 * What caches may do with an answer by GET. Without errors it may be kept: for as long as was said when the operation was
 * published, else to be asked about again by its tag. Who asked with credentials keeps it for himself.
 */
import { hash } from 'node:crypto'
import type { Published } from '../operations/registry.ts'
import type { MediaType } from './media-type.ts'
import type { Reply } from './reply.ts'

/** What of a request decides how its answer is kept. */
export interface Asker {
  readonly hasCredentials: boolean
  readonly ifNoneMatch: string | undefined
}

export const notStored = { 'cache-control': 'no-store' } as const

/** The reply to a GET that was answered; one without a body when the client has this answer already. */
export function cachedReply(
  body: string,
  faulty: boolean,
  mediaType: MediaType,
  published: Published | undefined,
  { hasCredentials, ifNoneMatch }: Asker,
): Reply {
  if (faulty) return { status: 200, body, headers: notStored }
  const age = published?.maxAgeS
  const headers = {
    'cache-control': `${hasCredentials ? 'private' : 'public'}, ${age === undefined ? 'no-cache' : `max-age=${age}`}`,
    // The type is part of what is tagged: the tag is strong.
    etag: `"${hash('sha256', `${mediaType}\n${body}`, 'base64url')}"`,
    vary: 'accept, authorization, x-api-key',
  }
  return matches(ifNoneMatch, headers.etag) ? { status: 304, body: '', headers } : { status: 200, body, headers }
}

/** RFC 9110, 13.1.2: compared weakly. */
const matches = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch?.trim() === '*' || (ifNoneMatch ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
