/**
 * `npm run bench:subscriptions`: one stream of events, each with an entity of the other subgraph, to 5,000 clients; beside Hive
 * Gateway with as many as it carries, and beside a bare `ws` server. Rounds take turns; the median counts.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { startCity } from '../city/start.ts'
import { hive, ours, startGateway } from '../gateways.ts'
import { startNode } from '../measured.ts'
import { installRivals } from '../rivals/install.ts'
import { markdown, middle } from '../table.ts'
import { type Measurement, measure, type Pace } from './run.ts'

const many: Pace = { clients: 5_000, rate: 3, seconds: 3 }
const few: Pace = { ...many, clients: 200 } // What Hive Gateway still carries here; ours beside it with as many.
const rounds = 3

refuseFewFiles(many.clients + 200)
const versions = installRivals()
await using city = await startCity()

const contenders: readonly { name: string; pace: Pace; run: (pace: Pace) => Promise<Measurement> }[] = [
  { name: 'ours', pace: many, run: throughGateway(ours) },
  { name: 'bare ws', pace: many, run: throughBareServer },
  { name: `Hive Gateway ${versions.hive}`, pace: few, run: throughGateway(hive) },
  { name: 'ours', pace: few, run: throughGateway(ours) },
]
const taken = contenders.map((): Measurement[] => [])
for (let round = 0; round < rounds; round++)
  for (const [index, { pace, run }] of contenders.entries()) taken[index]?.push(await run(pace))

const of = (index: number, what: (measurement: Measurement) => number) => middle((taken[index] ?? []).map(what))
const columns: [string, (measurement: Measurement) => number][] = [
  ['deliveries a CPU second', ({ perCpuSecond }) => perCpuSecond],
  ['deliveries a second', ({ perSecond }) => perSecond],
  ['p50, ms', ({ latency }) => latency.p50],
  ['p99, ms', ({ latency }) => latency.p99],
  ['KB a client', ({ kilobytesPerClient }) => kilobytesPerClient],
  ['subscriptions upstream', ({ upstreams }) => upstreams],
]
console.log(`\nOne stream of events, each with an entity of another subgraph; all clients subscribe before the first event.
${availableParallelism()} cores, Node ${process.versions.node}; ${many.rate} events a second for the latency from subgraph to client, then one after the other as
fast as all clients get them, ${many.seconds} s each; median of ${rounds} rounds. CPU and memory are of the server's process.\n`)
console.log(
  markdown(
    ['', 'clients', ...columns.map(([name]) => name)],
    contenders.map(({ name, pace }, index) => [name, pace.clients, ...columns.map(([, what]) => of(index, what))]),
  ),
)
const perCpu = contenders.map((_, index) => of(index, ({ perCpuSecond }) => perCpuSecond))
const [own = Number.NaN, bare = Number.NaN, other = Number.NaN, ownFew = Number.NaN] = perCpu
console.log(
  `\nOurs delivers ${(own / bare).toFixed(2)} of bare ws (wanted: 0.5) and ${(own / other).toFixed(1)} times Hive Gateway (wanted: 20); with as many clients as it, ${(ownFew / other).toFixed(1)} times.`,
)

function throughGateway(start: typeof ours) {
  return async (pace: Pace): Promise<Measurement> => {
    await using gateway = await startGateway(start, city.supergraphFile)
    return await measure({ server: gateway, port: gateway.port, source: city.vehicles }, pace)
  }
}

async function throughBareServer(pace: Pace): Promise<Measurement> {
  await using server = startNode({ name: 'bare', entry: join(import.meta.dirname, 'bare.ts') })
  return await measure({ server, port: await server.told<number>('port'), source: server }, pace)
}

/** Each socket is an open file of two processes. Node raises the soft limit to the hard one by itself. */
function refuseFewFiles(needed: number): void {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } }
  const soft = report.userLimits?.open_files?.soft
  if (typeof soft !== 'number' || soft >= needed) return
  console.error(
    `A process may open ${soft} files here, and ${needed} are needed: run "ulimit -Hn ${needed}" as root first,`,
  )
  console.error('or set a higher "nofile" in /etc/security/limits.conf.')
  process.exit(1)
}
