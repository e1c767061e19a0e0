/** Runs the gateway benches with little load and without the other gateways. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { measureRequests } from './gateway/measure-requests.ts'
import { type Gateway, holdfast, startGateway } from './gateway-processes.ts'
import { startMeasuredProcess } from './measured-process.ts'
import { type SampleSubgraphs, startSampleSubgraphs } from './sample-subgraphs/start.ts'
import { measureDeliveries } from './subscriptions/measure-deliveries.ts'

let subgraphs: SampleSubgraphs
let gateway: Gateway
beforeAll(async () => {
  subgraphs = await startSampleSubgraphs()
  gateway = await startGateway(holdfast, subgraphs.supergraphFile)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await subgraphs[Symbol.asyncDispose]()
})

it('measures the cost of a request', async () => {
  let area = 0
  const load = { clients: 2, rate: 50, seconds: 0.2 }
  const { closed, closedCpuMs, open } = await measureRequests(gateway, load, () => ++area)
  expect(closed.count).toBeGreaterThan(0)
  expect(open.count).toBe(10)
  expect(closedCpuMs).toBeGreaterThan(0)
  expect(closedCpuMs).toBeLessThan(1_000)
})

const load = { clients: 30, rate: 20, seconds: 0.3 }

it('measures the cost of an event; all clients share one subgraph subscription', async () => {
  const measured = await measureDeliveries({ server: gateway, port: gateway.port, publisher: subgraphs.vehicles }, load)
  expect(measured.subgraphSubscriptions).toBe(1)
  expect(measured.latency.deliveries).toBe(30 * 5)
  expect(measured.perCpuSecond).toBeGreaterThan(0)
})

it('measures the plain ws server that is the baseline', async () => {
  const server = startMeasuredProcess({
    name: 'plain-ws-server',
    entry: join(import.meta.dirname, 'subscriptions', 'plain-ws-server.ts'),
  })
  try {
    const measured = await measureDeliveries(
      { server, port: await server.receive<number>('port'), publisher: server },
      load,
    )
    expect(measured.perCpuSecond).toBeGreaterThan(0)
    expect(measured.latency.p99).toBeGreaterThanOrEqual(measured.latency.p50)
  } finally {
    await server[Symbol.asyncDispose]()
  }
})
