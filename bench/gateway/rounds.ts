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
  let wrong = ''
  const work = asking(pool, area, (answer) => {
    wrong = answer
  })
  const most = await perRequest(gateway, () => closedLoop(clients, seconds, work))
  const steady = await perRequest(gateway, () => openLoop(rate, seconds, work))
  if (wrong) throw new Error(`${gateway.name} answered wrongly: ${wrong}`)
  return { most: most.felt, mostCpuMs: most.cpuMs, steady: steady.felt, steadyCpuMs: steady.cpuMs }
}

async function perRequest(gateway: Gateway, load: () => Promise<Felt>): Promise<{ felt: Felt; cpuMs: number }> {
  const before = await gateway.usage()
  const felt = await load()
  const after = await gateway.usage()
  return { felt, cpuMs: (after.cpuMs - before.cpuMs) / felt.count }
}

const asking = (pool: Pool, area: () => number, wrong: (answer: string) => void) => async (): Promise<boolean> => {
  const wanted = area()
  const { body } = await pool.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { area: wanted } }),
  })
  const answer = await body.text()
  const right = answer.trimEnd() === expectedAnswer(wanted)
  if (!right) wrong(answer.slice(0, 500))
  return right
}
