import { Pool } from 'undici'
import type { Gateway } from '../gateway-processes.ts'
import { closedLoop, type LoadResult, openLoop } from '../load-generator.ts'
import { postGraphQL } from '../post-graphql.ts'
import { expectedResponse, query } from '../sample-subgraphs/operations.ts'

/** CPU times are milliseconds per request. */
export interface RequestRound {
  readonly closed: LoadResult
  readonly closedCpuMs: number
  readonly open: LoadResult
  readonly openCpuMs: number
}

export interface Load {
  readonly clients: number
  /** Requests per second in the open loop. */
  readonly rate: number
  readonly seconds: number
}

/** Runs the closed loop, then the open loop. Each request queries the area that `nextArea` returns. */
export async function measureRequests(
  gateway: Gateway,
  { clients, rate, seconds }: Load,
  nextArea: () => number,
): Promise<RequestRound> {
  await using pool = Object.assign(new Pool(`http://127.0.0.1:${gateway.port}`, { connections: clients }), {
    [Symbol.asyncDispose]: () => pool.close(),
  })
  let wrongResponse = ''
  const send = async () => {
    const area = nextArea()
    const response = await postGraphQL(pool, '/graphql', { query, variables: { area } })
    const ok = response.trimEnd() === expectedResponse(area)
    if (!ok) wrongResponse = response.slice(0, 500)
    return ok
  }
  const closed = await withCpuTime(gateway, () => closedLoop(clients, seconds, send))
  const open = await withCpuTime(gateway, () => openLoop(rate, seconds, send))
  if (wrongResponse) throw new Error(`${gateway.name} sent a wrong response: ${wrongResponse}`)
  return { closed: closed.result, closedCpuMs: closed.cpuMs, open: open.result, openCpuMs: open.cpuMs }
}

async function withCpuTime(
  gateway: Gateway,
  run: () => Promise<LoadResult>,
): Promise<{ result: LoadResult; cpuMs: number }> {
  const before = await gateway.usage()
  const result = await run()
  const after = await gateway.usage()
  return { result, cpuMs: (after.cpuMs - before.cpuMs) / result.count }
}
