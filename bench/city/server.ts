import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Asked } from './asked.ts'

/** Answers GraphQL requests on a free port, and tells the parent process which. */
export function serve(answer: (asked: Asked) => object): Server {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method } = request
      const body = method === 'POST' ? JSON.stringify(answer(JSON.parse(Buffer.concat(chunks).toString('utf8')))) : '{}'
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
        .end(body)
    })
  })
  server.keepAliveTimeout = 65_000 // Longer than a gateway keeps a socket.
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
  return server
}
