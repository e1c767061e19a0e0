import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type MeasuredProcess, startMeasuredProcess } from '../measured-process.ts'
import type { DeliveryReport } from './subscriber-process.ts'

export interface Contender {
  /** The process whose CPU time and memory are measured. */
  readonly server: MeasuredProcess
  readonly port: number
  /** The process that publishes the events. */
  readonly publisher: MeasuredProcess
}

export interface Load {
  readonly clients: number
  /** Events per second while latency is measured; low enough to leave every process idle time. */
  readonly rate: number
  readonly seconds: number
}

export interface DeliveryRound {
  readonly perCpuSecond: number
  readonly perSecond: number
  readonly latency: DeliveryReport
  readonly kilobytesPerClient: number
  readonly subgraphSubscriptions: number
}

const connectTimeoutMs = 60_000
const settleMs = 500
const warmUpClients = 20
const warmUpEvents = 50
let lastEvent = 0

/** Subscribes the clients, then publishes events at a fixed rate, then each event as soon as all clients have the last. */
export async function measureDeliveries(
  { server, port, publisher }: Contender,
  { clients, rate, seconds }: Load,
): Promise<DeliveryRound> {
  await using subscribers = startMeasuredProcess({
    name: 'subscribers',
    entry: join(import.meta.dirname, 'subscriber-process.ts'),
  })
  // After a failure there, every `receive` below rejects.
  const failure = subscribers
    .receive<string>('failed', connectTimeoutMs * 3)
    .then((reason) => Promise.reject(new Error(reason)))
  failure.catch(() => undefined)
  const receive = <T>(member: string, timeoutMs?: number) =>
    Promise.race([subscribers.receive<T>(member, timeoutMs), failure])
  const publish = async () => {
    publisher.send({ publish: ++lastEvent })
    return publisher.receive<number>('subscriptions')
  }
  const connect = async (count: number) => {
    subscribers.send({ connect: count, port })
    await receive('connected', connectTimeoutMs)
    await sleep(settleMs)
  }
  const publishAndWait = async () => {
    const [, subgraphSubscriptions] = await Promise.all([receive('delivered'), publish()])
    return subgraphSubscriptions
  }
  const takeReport = async () => {
    subscribers.send({ report: true })
    return receive<DeliveryReport>('report')
  }

  await connect(warmUpClients)
  for (let number = 0; number < warmUpEvents; number++) await publishAndWait()
  await connect(0)
  const withoutClients = await server.usage(true)
  await connect(clients)
  const subgraphSubscriptions = await publishAndWait()
  const withClients = await server.usage(true)
  for (let number = 0; number < 3; number++) await publishAndWait()

  await takeReport()
  const from = performance.now()
  for (let number = 1; number < rate * seconds; number++) {
    await Promise.all([publishAndWait(), sleep(Math.max(0, from + (number * 1_000) / rate - performance.now()))])
  }
  const latency = await takeReport()

  const before = await server.usage()
  const startedAt = performance.now()
  while (performance.now() < startedAt + seconds * 1_000) await publishAndWait()
  const elapsedSeconds = (performance.now() - startedAt) / 1_000
  const after = await server.usage()
  const { deliveries } = await takeReport()
  return {
    perCpuSecond: (deliveries / (after.cpuMs - before.cpuMs)) * 1_000,
    perSecond: deliveries / elapsedSeconds,
    latency,
    kilobytesPerClient: (withClients.rssBytes - withoutClients.rssBytes) / clients / 1_000,
    subgraphSubscriptions,
  }
}
