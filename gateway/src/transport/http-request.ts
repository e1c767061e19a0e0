import type { IncomingMessage } from 'node:http'
import { header, PayloadTooLarge, readBody } from '@holdfast/service/http'
import { refuse } from '../core/errors.ts'
import { request as messages } from '../core/messages.ts'
import { type ReadRequest, readRequest } from '../core/request.ts'
import { refused } from '../metrics/requests.ts'
import { type HttpResponse, refusal } from './http-response.ts'
import { isJson } from './media-type.ts'

const bodyLimit = 1_000_000 // bytes

/** The GraphQL request in an HTTP request, or the response to one that has none. */
export async function readHttp(request: IncomingMessage): Promise<ReadRequest | HttpResponse> {
  if (request.method === 'GET') return readSearch(request.url ?? '')
  if (request.method !== 'POST') return refusal(405, messages.methodNotAllowed, { allow: 'GET, POST' })
  if (!isJson(header(request, 'content-type'))) return refusal(415, messages.bodyIsNoJsonType)
  let body: Buffer
  try {
    body = await readBody(request, bodyLimit)
  } catch (err) {
    if (!(err instanceof PayloadTooLarge)) throw err
    refused.inc({ limit: 'request body' })
    return refusal(413, messages.bodyTooLarge(err.message), { connection: 'close' })
  }
  try {
    return readRequest(JSON.parse(body.toString('utf8')))
  } catch {
    return refuse(messages.bodyIsNoJson)
  }
}

/** Reads `query`, `documentId`, `operationName`, `variables` and `extensions` as search parameters; the last two are JSON. */
function readSearch(url: string): ReadRequest {
  const search = new URLSearchParams(url.slice(url.indexOf('?') + 1 || url.length))
  const members: Record<string, unknown> = {}
  for (const name of ['query', 'documentId', 'operationName']) if (search.has(name)) members[name] = search.get(name)
  for (const name of ['variables', 'extensions']) {
    const text = search.get(name)
    if (text === null || text === '') continue
    try {
      members[name] = JSON.parse(text)
    } catch {
      return refuse(messages.isNoJson(name))
    }
  }
  return readRequest(members)
}
