import { Pool } from 'undici'
import { expectedAnswer, query } from '../city/graph.ts'
import type { Gateway } from '../gateways.ts'
import { closedLoop, type Felt, openLoop } from '../load.ts'

export interface Round {
  readonly most: Felt
  readonly mostCpuMs: number
  readonly steady: Felt
  readonly steadyCpuMs: number
}

export interface Load {
  readonly clients: number
  /** Requests per second of the open loop. */
  readonly rate: number
  readonly seconds: number
}

/** As many requests as go through, then a fixed rate of them; `area` says what each asks for. CPU is milliseconds a request. */
export async function round(gateway: Gateway, { clients, rate, seconds }: Load, area: () => number): Promise<Round> {
  await using pool = Object.assign(new Pool(`http://127.0.0.1:${gateway.port}`, { connections: clients }), {
    [Symbol.asyncDispose]: () => pool.close(),
  })
  const work = asking(pool, area)
  const most = await perRequest(gateway, () => closedLoop(clients, seconds, work))
  const steady = await perRequest(gateway, () => openLoop(rate, seconds, work))
  return { most: most.felt, mostCpuMs: most.cpuMs, steady: steady.felt, steadyCpuMs: steady.cpuMs }
}

async function perRequest(gateway: Gateway, load: () => Promise<Felt>): Promise<{ felt: Felt; cpuMs: number }> {
  const before = await gateway.usage()
  const felt = await load()
  const after = await gateway.usage()
  if (felt.failed > 0) throw new Error(`${gateway.name} answered ${felt.failed} of ${felt.count + felt.failed} wrongly`)
  return { felt, cpuMs: (after.cpuMs - before.cpuMs) / felt.count }
}

const asking = (pool: Pool, area: () => number) => async (): Promise<boolean> => {
  const wanted = area()
  const { body } = await pool.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { area: wanted } }),
  })
  return (await body.text()).trimEnd() === expectedAnswer(wanted)
}
