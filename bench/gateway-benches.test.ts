/** The gateway benches run, in small and without the other gateways. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type City, startCity } from './city/start.ts'
import { round } from './gateway/rounds.ts'
import { type Gateway, ours, startGateway } from './gateways.ts'
import { startNode } from './measured.ts'
import { measure } from './subscriptions/run.ts'

let city: City
let gateway: Gateway
beforeAll(async () => {
  city = await startCity()
  gateway = await startGateway(ours, city.supergraphFile)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await city[Symbol.asyncDispose]()
})

it('measures what a request costs', async () => {
  let area = 0
  const { most, mostCpuMs, steady } = await round(gateway, { clients: 2, rate: 50, seconds: 0.2 }, () => ++area)
  expect(most.count).toBeGreaterThan(0)
  expect(steady.count).toBe(10)
  expect(mostCpuMs).toBeGreaterThan(0)
  expect(mostCpuMs).toBeLessThan(1_000)
})

const pace = { clients: 30, rate: 20, seconds: 0.3 }

it('measures what an event costs, which is asked for once for all clients', async () => {
  const measured = await measure({ server: gateway, port: gateway.port, source: city.vehicles }, pace)
  expect(measured.upstreams).toBe(1)
  expect(measured.latency.deliveries).toBe(30 * 5)
  expect(measured.perCpuSecond).toBeGreaterThan(0)
})

it('measures a bare server beside it', async () => {
  const server = startNode({ name: 'bare', entry: join(import.meta.dirname, 'subscriptions', 'bare.ts') })
  try {
    const measured = await measure({ server, port: await server.told<number>('port'), source: server }, pace)
    expect(measured.perCpuSecond).toBeGreaterThan(0)
    expect(measured.latency.p99).toBeGreaterThanOrEqual(measured.latency.p50)
  } finally {
    await server[Symbol.asyncDispose]()
  }
})
