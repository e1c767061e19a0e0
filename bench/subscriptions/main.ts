/**
 * `npm run bench:subscriptions`: one stream of events to 5,000 clients. Each event contains an entity of the other subgraph.
 * The baseline is a plain `ws` server. Hive Gateway runs with as many clients as it can serve.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { hiveGateway, holdfast, startGateway } from '../gateway-processes.ts'
import { markdownTable } from '../markdown-table.ts'
import { startMeasuredProcess } from '../measured-process.ts'
import { installOtherGateways } from '../other-gateways/install.ts'
import { measureInTurns, medianBy } from '../rounds.ts'
import { startSampleSubgraphs } from '../sample-subgraphs/start.ts'
import { type DeliveryRound, type Load, measureDeliveries } from './measure-deliveries.ts'

const manyClients: Load = { clients: 5_000, rate: 3, seconds: 3 }
const fewClients: Load = { ...manyClients, clients: 200 } // As many as Hive Gateway can serve here.
const rounds = 3

requireOpenFiles(manyClients.clients + 200)
const versions = installOtherGateways()
await using subgraphs = await startSampleSubgraphs()

const contenders: readonly { name: string; load: Load; measure: (load: Load) => Promise<DeliveryRound> }[] = [
  { name: 'Holdfast', load: manyClients, measure: throughGateway(holdfast) },
  { name: 'plain ws', load: manyClients, measure: throughPlainServer },
  { name: `Hive Gateway ${versions.hiveGateway}`, load: fewClients, measure: throughGateway(hiveGateway) },
  { name: 'Holdfast', load: fewClients, measure: throughGateway(holdfast) },
]
const results = await measureInTurns(contenders, rounds, ({ load, measure }) => measure(load))

const median = (index: number, metric: (round: DeliveryRound) => number) =>
  metric(medianBy(results[index] ?? [], metric))
const columns: [string, (round: DeliveryRound) => number][] = [
  ['deliveries per CPU second', ({ perCpuSecond }) => perCpuSecond],
  ['deliveries per second', ({ perSecond }) => perSecond],
  ['p50, ms', ({ latency }) => latency.p50],
  ['p99, ms', ({ latency }) => latency.p99],
  ['KB per client', ({ kilobytesPerClient }) => kilobytesPerClient],
  ['subgraph subscriptions', ({ subgraphSubscriptions }) => subgraphSubscriptions],
]
console.log(`\nOne stream of events, each with an entity of another subgraph. All clients subscribe before the first event.
${availableParallelism()} cores, Node ${process.versions.node}; ${manyClients.rate} events per second for the latency from subgraph to client, then each event as
soon as all clients have the last one, ${manyClients.seconds} s each; median of ${rounds} rounds. CPU time and memory are those of the server's process.\n`)
console.log(
  markdownTable(
    ['', 'clients', ...columns.map(([name]) => name)],
    contenders.map(({ name, load }, index) => [
      name,
      load.clients,
      ...columns.map(([, metric]) => median(index, metric)),
    ]),
  ),
)
const perCpuSecond = contenders.map((_, index) => median(index, (round) => round.perCpuSecond))
const [many = Number.NaN, plain = Number.NaN, hive = Number.NaN, few = Number.NaN] = perCpuSecond
console.log(
  `\nDeliveries per CPU second: Holdfast makes ${(many / plain).toFixed(2)} of plain ws (target: 0.5) and ${(many / hive).toFixed(1)} times as many as Hive Gateway (target: 20); with as few clients, ${(few / hive).toFixed(1)} times.`,
)

function throughGateway(program: typeof holdfast) {
  return async (load: Load): Promise<DeliveryRound> => {
    await using gateway = await startGateway(program, subgraphs.supergraphFile)
    return await measureDeliveries({ server: gateway, port: gateway.port, publisher: subgraphs.vehicles }, load)
  }
}

async function throughPlainServer(load: Load): Promise<DeliveryRound> {
  await using server = startMeasuredProcess({
    name: 'plain-ws-server',
    entry: join(import.meta.dirname, 'plain-ws-server.ts'),
  })
  return await measureDeliveries({ server, port: await server.receive<number>('port'), publisher: server }, load)
}

/** Each connection is an open file in two processes. Node raises its soft limit to the hard limit by itself. */
function requireOpenFiles(required: number): void {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } }
  const soft = report.userLimits?.open_files?.soft
  if (typeof soft !== 'number' || soft >= required) return
  console.error(`A process can have ${soft} open files here, and the bench needs ${required}.`)
  console.error(`Run "ulimit -Hn ${required}" as root, or set a higher "nofile" in /etc/security/limits.conf.`)
  process.exit(1)
}
