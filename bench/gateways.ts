/** The gateways as processes: ours as a user starts it, the others as their documentation does, in production. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@holdfast/dev/free-port'
import { expectedAnswer, query } from './city/graph.ts'
import { type Measured, type NodeProcess, startNode } from './measured.ts'
import { installed } from './rivals/install.ts'

export interface Gateway extends Measured {
  readonly port: number
}

type Start = (supergraphFile: string, port: number) => NodeProcess

const root = join(import.meta.dirname, '..')

/** Logs a line for each request, as it does by default. */
export const ours: Start = (supergraph, port) => ({
  name: 'ours',
  entry: join(root, 'gateway', 'src', 'main.ts'),
  env: {
    SUPERGRAPH: supergraph,
    PORT: String(port),
    // All of its clients come from one address.
    CONNECTIONS_PER_ADDRESS: '1000000',
    SUBSCRIPTIONS_PER_IDENTITY: '1000000',
  },
})

/** Logs nothing of a request either. */
export const oursQuiet: Start = (supergraph, port) => {
  const logging = ours(supergraph, port)
  return { ...logging, name: 'ours-quiet', env: { ...logging.env, LOG_LEVEL: 'warn' } }
}

/** Logs nothing of a request. */
export const stock: Start = (supergraph, port) => ({
  name: 'stock',
  entry: join(installed, 'stock.mjs'),
  args: [supergraph, String(port)],
  env: { APOLLO_TELEMETRY_DISABLED: 'true' },
})

/** Logs nothing of a request; one process, as by default. */
export const hive: Start = (supergraph, port) => ({
  name: 'hive',
  entry: join(installed, 'node_modules', '@graphql-hive', 'gateway', 'dist', 'bin.js'),
  args: ['supergraph', supergraph, '--host', '127.0.0.1', '--port', String(port), '-c', 'hive.config.mjs'],
  cwd: installed,
})

const startMs = 30_000

/** Starts it and waits until it answers the query of the benches. */
export async function startGateway(start: Start, supergraphFile: string): Promise<Gateway> {
  const port = await freePort()
  const measured = startNode(start(supergraphFile, port))
  const gateway = Object.assign(measured, { port })
  const until = Date.now() + startMs
  while (!(await answers(port))) {
    await measured.usage() // Fails when it has ended.
    if (Date.now() > until) {
      await gateway[Symbol.asyncDispose]()
      throw new Error(`${gateway.name} gave no right answer within ${startMs} ms`)
    }
    await sleep(100)
  }
  return gateway
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { area: 1 } }),
      signal: AbortSignal.timeout(5_000),
    })
    return (await response.text()).trim() === expectedAnswer(1)
  } catch {
    return false
  }
}
