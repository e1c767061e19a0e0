/**
 * `npm run bench:gateway`: what a request costs the gateway, beside the stock gateway and Hive's over the same subgraphs in the
 * same run. Rounds take turns; the median counts.
 */
import { availableParallelism } from 'node:os'
import { startCity } from '../city/start.ts'
import { hive, ours, startGateway, stock } from '../gateways.ts'
import { installRivals } from '../rivals/install.ts'
import { markdown, middle } from '../table.ts'
import { type Load, type Round, round } from './rounds.ts'

const load: Load = { clients: 16, rate: 100, seconds: 2.5 }
const rounds = 5
const same: Load = { ...load, seconds: 1 }

const versions = installRivals()
await using city = await startCity()
await using first = await startGateway(ours, city.supergraphFile)
await using second = await startGateway(stock, city.supergraphFile)
await using third = await startGateway(hive, city.supergraphFile)
const gateways = [first, second, third]
const names = ['ours', `@apollo/gateway ${versions.stock}`, `Hive Gateway ${versions.hive}`]

let asked = 0
const varied = () => ++asked
const always = () => 7

for (const gateway of gateways) await round(gateway, load, varied)
const table = await measure(load, varied)
const memory = await Promise.all(gateways.map(async (gateway) => (await gateway.usage()).rssBytes / 1e6))
const sameTable = await measure(same, always)

console.log(`\nA list of 20 entities from one subgraph, fields of each from another; every answer compared to the letter.
${availableParallelism()} cores, Node ${process.versions.node}; ${load.clients} clients in a closed loop, then ${load.rate} requests a second in an open one,
${load.seconds} s each; median of ${rounds} rounds. CPU is of the gateway's process, latencies in milliseconds.

Each request asks for something else:\n`)
show(table, memory)
console.log('\nAll ask for the same, so that those that are under way at once share what they ask of subgraphs:\n')
show(sameTable, memory)

/** The rounds of each gateway, taken in turns. */
async function measure(load: Load, area: () => number): Promise<Round[][]> {
  const taken = gateways.map((): Round[] => [])
  for (let number = 0; number < rounds; number++)
    for (const [index, gateway] of gateways.entries()) taken[index]?.push(await round(gateway, load, area))
  return taken
}

function show(taken: readonly Round[][], memory: readonly number[]): void {
  const cpu = taken.map((all) => middle(all.map(({ mostCpuMs }) => mostCpuMs)))
  const columns: [string, (round: Round) => number][] = [
    ['CPU ms a request', ({ mostCpuMs }) => mostCpuMs],
    ['requests a second', ({ most }) => most.perSecond],
    ['p50', ({ most }) => most.p50],
    ['p99', ({ most }) => most.p99],
    [`CPU ms at ${load.rate}/s`, ({ steadyCpuMs }) => steadyCpuMs],
    ['p50', ({ steady }) => steady.p50],
    ['p99', ({ steady }) => steady.p99],
  ]
  const rows = taken.map((all, index) => [
    names[index] ?? '',
    ...columns.map(([, of]) => middle(all.map(of))),
    memory[index] ?? Number.NaN,
  ])
  console.log(markdown(['', ...columns.map(([name]) => name), 'memory, MB'], rows))
  const [own = Number.NaN, ...others] = cpu
  const ratios = others.map((one, index) => `${(own / one).toFixed(2)} of ${names[index + 1]}`)
  console.log(`\nCPU of ours: ${ratios.join(', ')} (wanted: 0.25)`)
}
