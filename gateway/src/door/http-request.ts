import type { IncomingMessage } from 'node:http'
import { header, PayloadTooLarge, readBody } from '@holdfast/service/http'
import { refused } from '../meter.ts'
import { type ReadRequest, readRequest } from '../request.ts'
import { isJson } from './media-type.ts'
import { bad, type Reply, refusal } from './reply.ts'

const bodyLimit = 1_000_000 // bytes

/** The GraphQL request in an HTTP request, or the reply to one that is none. */
export async function readHttp(request: IncomingMessage): Promise<ReadRequest | Reply> {
  if (request.method === 'GET') return readSearch(request.url ?? '')
  if (request.method !== 'POST') return refusal(405, bad('Send a query by GET or POST.'), { allow: 'GET, POST' })
  if (!isJson(header(request, 'content-type')))
    return refusal(415, bad('Send the request as application/json in UTF-8.'))
  let body: Buffer
  try {
    body = await readBody(request, bodyLimit)
  } catch (err) {
    if (!(err instanceof PayloadTooLarge)) throw err
    refused.inc({ limit: 'request body' })
    return refusal(413, bad(err.message), { connection: 'close' })
  }
  return readJson(body.toString('utf8'))
}

/** `query`, `documentId`, `operationName`, `variables` and `extensions` as search parameters; the last two in JSON. */
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
      return { ok: false, fault: bad(`"${name}" is not JSON.`) }
    }
  }
  return readRequest(members)
}

function readJson(text: string): ReadRequest {
  try {
    return readRequest(JSON.parse(text))
  } catch {
    return { ok: false, fault: bad('The body is not JSON.') }
  }
}
