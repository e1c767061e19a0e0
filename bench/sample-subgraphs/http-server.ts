import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { GraphQLRequest } from './root-fields.ts'

/** Serves GraphQL over HTTP on a free port and sends the port to the parent process. */
export function serveGraphQL(execute: (request: GraphQLRequest) => object): Server {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method } = request
      const body =
        method === 'POST' ? JSON.stringify(execute(JSON.parse(Buffer.concat(chunks).toString('utf8')))) : '{}'
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
        .end(body)
    })
  })
  server.keepAliveTimeout = 65_000 // ms: longer than a gateway keeps an idle connection.
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
  return server
}
