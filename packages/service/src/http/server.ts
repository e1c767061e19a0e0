import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { withTimeout } from '../process/lifecycle.ts'
import type { Log } from '../process/log.ts'
import { registry } from '../process/metrics.ts'
import { inTrace } from '../process/trace.ts'

export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void
/** Resolves when the dependency can be used. Its error goes to the log, its name to the response. */
export type ReadyCheck = () => Promise<unknown>

export type HttpServer = ReturnType<typeof createHttpServer>

/**
 * The HTTP server of a process: its routes by path, `/health/live` (the event loop turns), `/health/ready` (every
 * dependency answers and the process is not stopping) and `/metrics`. On stop it is not ready any more, and finishes the
 * requests it has. Metrics and the names of dependencies are not for the public: `admin` says where they are served.
 */
export function createHttpServer(options: {
  readonly host: string
  readonly port: number
  readonly log: Log
  readonly routes: Readonly<Record<string, Route>>
  /** The dependencies that the process needs; a function when they change while it runs. */
  readonly ready: Readonly<Record<string, ReadyCheck>> | (() => Readonly<Record<string, ReadyCheck>>)
  /** A separate port on the same host, or `'nowhere'`. Without it, the same port serves them. */
  readonly admin?: { readonly port: number } | 'nowhere' | undefined
}) {
  const { log, admin } = options
  let stopping = false

  const check = async () => {
    const needed = typeof options.ready === 'function' ? options.ready() : options.ready
    return Promise.all(
      Object.entries(needed).map(async ([name, one]) => {
        try {
          await withTimeout(1_500, name, one())
          return [name, 'ok'] as const
        } catch (err) {
          log.debug({ err, dependency: name }, 'not ready')
          return [name, 'away'] as const
        }
      }),
    )
  }

  // Requests at the same time share one check: the public may send any number of them.
  let checking: ReturnType<typeof check> | undefined
  const ready = async (response: ServerResponse, withNames: boolean) => {
    checking ??= check().finally(() => {
      checking = undefined
    })
    const checks = await checking
    const ok = !stopping && checks.every(([, state]) => state === 'ok')
    sendJson(
      response,
      ok ? 200 : 503,
      withNames ? { ready: ok, stopping, ...Object.fromEntries(checks) } : { ready: ok },
    )
  }

  const live: Route = (_, response) => sendJson(response, 200, { live: true })
  const operatorRoutes: Record<string, Route> = {
    '/health/live': live,
    '/health/ready': (_, response) => ready(response, true),
    '/metrics': async (_, response) => {
      response.setHeader('content-type', registry.contentType)
      response.end(await registry.metrics())
    },
  }
  const publicRoutes: Record<string, Route> = admin
    ? { '/health/live': live, '/health/ready': (_, response) => ready(response, false) }
    : operatorRoutes

  const server = serve({ ...options.routes, ...publicRoutes }, log)
  const adminServer = typeof admin === 'object' ? serve(operatorRoutes, log) : undefined

  return {
    name: 'http',
    server,
    /** The port in use once started. */
    port: () => portOf(server),
    /** The port for operators, when it is a separate one. */
    adminPort: () => adminServer && portOf(adminServer),
    start: async () => {
      if (adminServer && typeof admin === 'object') await listen(adminServer, admin.port, options.host)
      await listen(server, options.port, options.host)
      log.info({ port: portOf(server), ...(adminServer && { adminPort: portOf(adminServer) }) }, 'listening')
    },
    stop: async () => {
      stopping = true
      await close(server)
      if (adminServer) await close(adminServer)
    },
  }
}

function serve(routes: Readonly<Record<string, Route>>, log: Log): Server {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined
    if (!route) return sendJson(response, 404, { error: 'not found' })
    void inTrace(header(request, 'traceparent'), async () => {
      try {
        await route(request, response)
      } catch (err) {
        log.error({ err, path }, 'request failed')
        if (response.headersSent) response.destroy()
        else sendJson(response, 500, { error: 'internal' })
      }
    })
  })
  // Longer than any client keeps an idle connection, so that the client always closes it.
  server.keepAliveTimeout = 65_000
  return server
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening')
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  await Promise.race([closed, sleep(5_000, undefined, { ref: false })])
  server.closeAllConnections()
}

export const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}

/** The request's body. Rejects with PayloadTooLarge when it has more than `limit` bytes. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  // By events, because a stream's iterator costs more than everything else about reading a small body.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    let ended = false
    request
      .on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= limit) return void chunks.push(chunk)
        request.pause()
        reject(new PayloadTooLarge(limit))
      })
      .once('end', () => {
        ended = true
        resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
      })
      .once('error', reject)
      .once('close', () => {
        if (!ended) reject(new Error('the client ended the request before its body was complete'))
      })
  })
}

export class PayloadTooLarge extends Error {
  constructor(limit: number) {
    super(`The body has more than ${limit} bytes. Send a smaller request.`)
    this.name = 'PayloadTooLarge'
  }
}
