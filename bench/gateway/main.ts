/** `npm run bench:gateway`: the cost of a request, for Holdfast's gateway, the stock gateway and Hive Gateway. */
import { availableParallelism } from 'node:os'
import { apolloGateway, hiveGateway, holdfast, holdfastWithoutRequestLog, startGateway } from '../gateway-processes.ts'
import { markdownTable } from '../markdown-table.ts'
import { installOtherGateways } from '../other-gateways/install.ts'
import { measureInTurns, medianBy } from '../rounds.ts'
import { startSampleSubgraphs } from '../sample-subgraphs/start.ts'
import { type Load, measureRequests, type RequestRound } from './measure-requests.ts'

const differentLoad: Load = { clients: 16, rate: 100, seconds: 2 }
const sameLoad: Load = { ...differentLoad, seconds: 1 }
const rounds = 5

const versions = installOtherGateways()
await using subgraphs = await startSampleSubgraphs()
await using logging = await startGateway(holdfast, subgraphs.supergraphFile)
await using quiet = await startGateway(holdfastWithoutRequestLog, subgraphs.supergraphFile)
await using apollo = await startGateway(apolloGateway, subgraphs.supergraphFile)
await using hive = await startGateway(hiveGateway, subgraphs.supergraphFile)
const contenders = [
  { gateway: logging, name: 'Holdfast' },
  { gateway: apollo, name: `@apollo/gateway ${versions.apolloGateway}` },
  { gateway: hive, name: `Hive Gateway ${versions.hiveGateway}` },
  { gateway: quiet, name: 'Holdfast without request log' },
]

let lastArea = 0
const differentArea = () => ++lastArea
const sameArea = () => 7

const measure = (load: Load, nextArea: () => number): Promise<RequestRound[][]> =>
  measureInTurns(contenders, rounds, ({ gateway }) => measureRequests(gateway, load, nextArea))

for (const { gateway } of contenders) await measureRequests(gateway, differentLoad, differentArea) // Warms up.
const different = await measure(differentLoad, differentArea)
const memory = await Promise.all(contenders.map(async ({ gateway }) => (await gateway.usage()).rssBytes / 1e6))
const same = await measure(sameLoad, sameArea)

console.log(`
The query lists 20 entities of one subgraph, with fields of each entity from another. Every response is compared byte by byte.
${availableParallelism()} cores, Node ${process.versions.node}; ${differentLoad.clients} clients in a closed loop, then ${differentLoad.rate} requests per second in an open loop,
${differentLoad.seconds} s each; median of ${rounds} rounds. CPU time is that of the gateway's process; latencies are in milliseconds.

Different requests, so nothing can be shared:
`)
printResults(different)
console.log(`
Equal requests, so concurrent requests can share subgraph requests (${sameLoad.seconds} s each):
`)
printResults(same)

function printResults(results: readonly RequestRound[][]): void {
  const columns: [string, (round: RequestRound) => number][] = [
    ['CPU ms per request', ({ closedCpuMs }) => closedCpuMs],
    ['requests per second', ({ closed }) => closed.perSecond],
    ['p50', ({ closed }) => closed.p50],
    ['p99', ({ closed }) => closed.p99],
    [`CPU ms at ${differentLoad.rate}/s`, ({ openCpuMs }) => openCpuMs],
    ['p50', ({ open }) => open.p50],
    ['p99', ({ open }) => open.p99],
  ]
  const median = (index: number, metric: (round: RequestRound) => number) =>
    metric(medianBy(results[index] ?? [], metric))
  const rows = contenders.map(({ name }, index) => [
    name,
    ...columns.map(([, metric]) => median(index, metric)),
    memory[index] ?? Number.NaN,
  ])
  console.log(markdownTable(['', ...columns.map(([name]) => name), 'memory, MB'], rows))
  const cpuMs = contenders.map((_, index) => median(index, ({ closedCpuMs }) => closedCpuMs))
  const [loggingMs = Number.NaN, apolloMs = Number.NaN, hiveMs = Number.NaN, quietMs = Number.NaN] = cpuMs
  const ratios = (ms: number) =>
    `${(ms / apolloMs).toFixed(2)} of the stock gateway, ${(ms / hiveMs).toFixed(2)} of Hive Gateway`
  console.log(`\nCPU time of Holdfast (target: 0.25): ${ratios(loggingMs)}; without request log ${ratios(quietMs)}`)
}
