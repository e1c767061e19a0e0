import type { ServerResponse } from 'node:http'
import type { Response } from '../answering.ts'
import type { DocumentFault } from '../document/documents.ts'
import type { Fault } from '../execute/trouble.ts'
import type { MediaType } from './media-type.ts'

/** One answer over HTTP. */
export interface Reply {
  readonly status: number
  /** JSON of a Response. */
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

export const refusal = (status: number, fault: Fault, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  body: JSON.stringify({ errors: [fault] }),
  headers,
})

/** Faults that are told by an HTTP status in either media type: no well-formed request makes them good, only another caller or time. */
const statuses: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
}

const statusOf = ({ extensions }: Fault): number | undefined => statuses[String(extensions['code'])]

export const hasStatus = (fault: Fault): boolean => statusOf(fault) !== undefined

export const statusReply = (fault: Fault): Reply => {
  const status = statusOf(fault) ?? 500
  const { retryAfterS } = fault.extensions
  return refusal(status, fault, {
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(typeof retryAfterS === 'number' && { 'retry-after': String(retryAfterS) }),
  })
}

/** A fault of the request rather than of its document. */
export const bad = (message: string): Fault => ({ message, extensions: { code: 'BAD_REQUEST' } })

/** Nothing was executed, because of these. */
export const rejection = (faults: readonly DocumentFault[]): string => {
  const response: Response = {
    errors: faults.map(({ message, locations, extensions }) => ({
      message,
      ...(locations && { locations }),
      extensions,
    })),
  }
  return JSON.stringify(response)
}

export function send(response: ServerResponse, mediaType: MediaType, { status, body, headers }: Reply): void {
  if (response.headersSent || response.destroyed) return
  if (status === 304) return void response.writeHead(status, { ...headers }).end()
  const length = Buffer.byteLength(body)
  response
    .writeHead(status, { 'content-type': `${mediaType}; charset=utf-8`, 'content-length': length, ...headers })
    .end(body) // As text, which Node sends together with the head: a tenth of all a request costs.
}
