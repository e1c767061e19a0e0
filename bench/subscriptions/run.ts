import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Measured, startNode } from '../measured.ts'
import type { Delivered } from './clients.ts'

export interface Contender {
  readonly server: Measured
  readonly port: number
  /** Whom to tell that an event is to be sent. */
  readonly source: Measured
}

export interface Pace {
  readonly clients: number
  /** Events per second while latency is measured; few enough that nobody is busy all the time. */
  readonly rate: number
  readonly seconds: number
}

export interface Measurement {
  readonly perCpuSecond: number
  readonly perSecond: number
  readonly latency: Delivered
  readonly kilobytesPerClient: number
  readonly upstreams: number
}

const connectMs = 60_000
const settleMs = 500
const warmClients = 20
const warmEvents = 50
let events = 0

/** Subscribes the clients and sends events at a steady pace, then one after the other as fast as all clients get them. */
export async function measure(
  { server, port, source }: Contender,
  { clients, rate, seconds }: Pace,
): Promise<Measurement> {
  await using listeners = startNode({ name: 'clients', entry: join(import.meta.dirname, 'clients.ts') })
  // Whatever goes wrong there makes every wait below fail.
  const failed = listeners.told<string>('failed', connectMs * 3).then((why) => Promise.reject(new Error(why)))
  failed.catch(() => undefined)
  const told = <T>(member: string, timeoutMs?: number) => Promise.race([listeners.told<T>(member, timeoutMs), failed])
  const publish = async () => {
    source.send({ publish: ++events })
    return source.told<number>('subscriptions')
  }
  const connect = async (count: number) => {
    listeners.send({ connect: count, port })
    await told('connected', connectMs)
    await sleep(settleMs)
  }
  const publishAndWait = async () => {
    const [, upstreams] = await Promise.all([told('delivered'), publish()])
    return upstreams
  }
  const report = async () => {
    listeners.send({ report: true })
    return told<Delivered>('report')
  }

  await connect(warmClients)
  for (let number = 0; number < warmEvents; number++) await publishAndWait()
  await connect(0)
  const alone = await server.usage(true)
  await connect(clients)
  const upstreams = await publishAndWait()
  const { rssBytes } = await server.usage(true)
  for (let number = 0; number < 3; number++) await publishAndWait()

  await report()
  const from = performance.now()
  for (let number = 1; number < rate * seconds; number++) {
    await Promise.all([publishAndWait(), sleep(Math.max(0, from + (number * 1_000) / rate - performance.now()))])
  }
  const latency = await report()

  const before = await server.usage()
  const began = performance.now()
  while (performance.now() < began + seconds * 1_000) await publishAndWait()
  const took = (performance.now() - began) / 1_000
  const { cpuMs } = await server.usage()
  const { deliveries } = await report()
  return {
    perCpuSecond: (deliveries / (cpuMs - before.cpuMs)) * 1_000,
    perSecond: deliveries / took,
    latency,
    kilobytesPerClient: (rssBytes - alone.rssBytes) / clients / 1_000,
    upstreams,
  }
}
