import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  anonymous,
  identityHeader,
  type Role,
  signIdentity,
  subscriptionBody,
  type Viewer,
} from '@holdfast/service/identity'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

const secret = 'a secret that only this test and its process know'

export const viewer = (id: string, role: Role = 'customer'): Viewer => ({ id, role, scopes: [] })

export interface Answer<T> {
  readonly data?: T | null
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[]
}

/** Starts the process of the subgraph; requests are signed as the gateway signs them. */
export async function bookingProcess(environment: { DATABASE_URL: string; REDIS_URL: string }) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', PORT: '0', HOST: '127.0.0.1', GATEWAY_SECRET: secret, ...environment },
  })
  const lines: string[] = []
  const ended = once(child, 'exit')
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      const { msg, port } = JSON.parse(line) as { msg: string; port?: number }
      if (msg === 'listening' && port) resolve(port)
    })
    void ended.then(() => reject(new Error(`ended before it listened:\n${lines.join('\n')}`)))
  })
  const url = `http://127.0.0.1:${port}`
  const sockets = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  })

  return {
    url,
    lines,
    async ask<T>(
      query: string,
      variables: Record<string, unknown> = {},
      as: Viewer = anonymous,
      traceparent = '',
    ): Promise<Answer<T>> {
      const body = JSON.stringify({ query, variables })
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          [identityHeader]: signIdentity(as, 'booking', body, secret),
          traceparent,
        },
        body,
        signal: AbortSignal.timeout(10_000),
      })
      return (await response.json()) as Answer<T>
    },
    subscribe<T>(query: string, variables: Record<string, unknown>, as: Viewer) {
      const payload = { query, variables }
      const identity = signIdentity(as, 'booking', subscriptionBody(payload), secret)
      return sockets.iterate<T>({ ...payload, extensions: { identity } })
    },
    /** Stops it and returns its exit code. */
    async stop(): Promise<number | null> {
      await sockets.dispose()
      child.kill('SIGTERM')
      const [code] = await ended
      return code
    },
  }
}
