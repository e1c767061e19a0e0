/**
 * `npm run bench:gateway`: what a request costs the gateway, beside the stock gateway and Hive's over the same subgraphs in the
 * same run. Rounds take turns; the median counts.
 */
import { availableParallelism } from 'node:os'
import { startCity } from '../city/start.ts'
import { hive, ours, oursQuiet, startGateway, stock } from '../gateways.ts'
import { installRivals } from '../rivals/install.ts'
import { markdown, middle } from '../table.ts'
import { type Load, type Round, round } from './rounds.ts'

const load: Load = { clients: 16, rate: 100, seconds: 2 }
const same: Load = { ...load, seconds: 1 }
const rounds = 5

const versions = installRivals()
await using city = await startCity()
await using own = await startGateway(ours, city.supergraphFile)
await using quiet = await startGateway(oursQuiet, city.supergraphFile)
await using apollo = await startGateway(stock, city.supergraphFile)
await using guild = await startGateway(hive, city.supergraphFile)
const contenders = [
  { gateway: own, name: 'ours' },
  { gateway: apollo, name: `@apollo/gateway ${versions.stock}` },
  { gateway: guild, name: `Hive Gateway ${versions.hive}` },
  { gateway: quiet, name: 'ours, logging nothing either' },
]

let asked = 0
const varied = () => ++asked
const always = () => 7

for (const { gateway } of contenders) await round(gateway, load, varied)
const different = await measure(load, varied)
const memory = await Promise.all(contenders.map(async ({ gateway }) => (await gateway.usage()).rssBytes / 1e6))
const alike = await measure(same, always)

console.log(`
A list of 20 entities from one subgraph, fields of each from another; every answer compared to the letter.
${availableParallelism()} cores, Node ${process.versions.node}; ${load.clients} clients in a closed loop, then ${load.rate} requests a second in an open one,
${load.seconds} s each; median of ${rounds} rounds. CPU is of the gateway's process, latencies are milliseconds.

Each request asks for something else:
`)
show(different)
console.log(`
All ask for the same, so that those that are under way at once can share what they ask of subgraphs (${same.seconds} s each):
`)
show(alike)

/** The rounds of each gateway, taken in turns. */
async function measure(load: Load, area: () => number): Promise<Round[][]> {
  const taken = contenders.map((): Round[] => [])
  for (let number = 0; number < rounds; number++)
    for (const [index, { gateway }] of contenders.entries()) taken[index]?.push(await round(gateway, load, area))
  return taken
}

function show(taken: readonly Round[][]): void {
  const columns: [string, (round: Round) => number][] = [
    ['CPU ms a request', ({ mostCpuMs }) => mostCpuMs],
    ['requests a second', ({ most }) => most.perSecond],
    ['p50', ({ most }) => most.p50],
    ['p99', ({ most }) => most.p99],
    [`CPU ms at ${load.rate}/s`, ({ steadyCpuMs }) => steadyCpuMs],
    ['p50', ({ steady }) => steady.p50],
    ['p99', ({ steady }) => steady.p99],
  ]
  const rows = contenders.map(({ name }, index) => [
    name,
    ...columns.map(([, of]) => middle((taken[index] ?? []).map(of))),
    memory[index] ?? Number.NaN,
  ])
  console.log(markdown(['', ...columns.map(([name]) => name), 'memory, MB'], rows))
  const [oursMs, stockMs, hiveMs, quietMs] = taken.map((all) => middle(all.map(({ mostCpuMs }) => mostCpuMs)))
  const share = (part = Number.NaN, whole = Number.NaN) => (part / whole).toFixed(2)
  const shares = (ms: number | undefined) =>
    `${share(ms, stockMs)} of the stock gateway's, ${share(ms, hiveMs)} of Hive's`
  console.log(`\nCPU of ours (wanted: 0.25): ${shares(oursMs)}; logging nothing either ${shares(quietMs)}`)
}
