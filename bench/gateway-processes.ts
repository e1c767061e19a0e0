/** The gateways as processes: Holdfast as a user starts it, the others as their documentation starts them in production. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@holdfast/dev/free-port'
import { type MeasuredProcess, type ProcessOptions, startMeasuredProcess } from './measured-process.ts'
import { installDir } from './other-gateways/install.ts'
import { expectedResponse, query } from './sample-subgraphs/operations.ts'

export interface Gateway extends MeasuredProcess {
  readonly port: number
}

type GatewayProgram = (supergraphFile: string, port: number) => ProcessOptions

/** Logs one line per request, its default. */
export const holdfast: GatewayProgram = (supergraphFile, port) => ({
  name: 'holdfast',
  entry: join(import.meta.dirname, '..', 'gateway', 'src', 'main.ts'),
  env: {
    SUPERGRAPH: supergraphFile,
    PORT: String(port),
    // All clients of the bench have the same address.
    CONNECTIONS_PER_ADDRESS: '1000000',
    SUBSCRIPTIONS_PER_IDENTITY: '1000000',
  },
})

/** Does not log requests, like the others. */
export const holdfastWithoutRequestLog: GatewayProgram = (supergraphFile, port) => {
  const options = holdfast(supergraphFile, port)
  return { ...options, name: 'holdfast-without-request-log', env: { ...options.env, LOG_LEVEL: 'warn' } }
}

/** The stock gateway. Does not log requests. */
export const apolloGateway: GatewayProgram = (supergraphFile, port) => ({
  name: 'apollo-gateway',
  entry: join(installDir, 'apollo-gateway.mjs'),
  args: [supergraphFile, String(port)],
  env: { APOLLO_TELEMETRY_DISABLED: 'true' },
})

/** Does not log requests. Runs as one process, its default. */
export const hiveGateway: GatewayProgram = (supergraphFile, port) => ({
  name: 'hive-gateway',
  entry: join(installDir, 'node_modules', '@graphql-hive', 'gateway', 'dist', 'bin.js'),
  args: ['supergraph', supergraphFile, '--host', '127.0.0.1', '--port', String(port), '-c', 'hive.config.mjs'],
  cwd: installDir,
})

const startTimeoutMs = 30_000

/** Starts the gateway and waits until it responds correctly to the query of the benches. */
export async function startGateway(program: GatewayProgram, supergraphFile: string): Promise<Gateway> {
  const port = await freePort()
  const measured = startMeasuredProcess(program(supergraphFile, port))
  const gateway = Object.assign(measured, { port })
  const deadline = Date.now() + startTimeoutMs
  while (!(await respondsCorrectly(port))) {
    await measured.usage() // Throws if the process has ended.
    if (Date.now() > deadline) {
      await gateway[Symbol.asyncDispose]()
      throw new Error(`${gateway.name} sent no correct response within ${startTimeoutMs} ms`)
    }
    await sleep(100)
  }
  return gateway
}

async function respondsCorrectly(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { area: 1 } }),
      signal: AbortSignal.timeout(5_000),
    })
    return (await response.text()).trim() === expectedResponse(1)
  } catch {
    return false
  }
}
