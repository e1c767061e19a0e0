/**
 * Thousands of clients, as a process. Told `{ connect, port }` it subscribes that many and tells when all are `connected`; then
 * it tells of each event by number when everybody has it (`delivered`), and at `{ report }` how long that took.
 */
import { createHistogram } from 'node:perf_hooks'
import { expectedEvent } from '../city/graph.ts'
import { type Listener, listen } from './listener.ts'

export interface Delivered {
  readonly deliveries: number
  /** Milliseconds from the event's leaving the subgraph to a client's having it. */
  readonly p50: number
  readonly p99: number
}

interface Event {
  readonly number: number
  readonly payload: Buffer
  readonly sentAt: number
  count: number
}

const opening = Buffer.from('"payload":')
const remembered = 16 // events; a client that is further behind has missed one
const atOnce = 100 // connections being made; more and the server's queue of them overflows
let clients: Listener[] = []
let events: Event[] = []
let deliveries = 0
let latencies = createHistogram()

process.channel?.ref() // Between two sets of clients nothing else keeps it running.

const fail = (why: string) => process.send?.({ failed: why })

function receive(message: Buffer): void {
  const now = Number(process.hrtime.bigint()) / 1e6
  const payload = message.subarray(message.indexOf(opening) + opening.length, -1)
  const event = events.find((one) => one.payload.equals(payload)) ?? firstSeen(payload)
  if (!event) return
  deliveries++
  latencies.record(Math.max(1, Math.round((now - event.sentAt) * 1_000)))
  event.count++
  if (event.count === clients.length) process.send?.({ delivered: event.number })
}

/** The first client's copy is compared with what it must be, to the letter; those of the others with this one. */
function firstSeen(payload: Buffer): Event | undefined {
  const text = payload.toString()
  const { number, sentAt } = JSON.parse(text).data?.vehicleChanged ?? {}
  if (text !== expectedEvent(number, sentAt)) return void fail(`a wrong event: ${text}`)
  const event = { number, sentAt, payload: Buffer.from(payload), count: 0 }
  events = [event, ...events.slice(0, remembered - 1)]
  return event
}

async function connect(count: number, port: number): Promise<void> {
  for (const client of clients) client.close()
  clients = []
  while (clients.length < count) {
    const some = Array.from({ length: Math.min(atOnce, count - clients.length) }, () => listen(port, receive, fail))
    clients.push(...some)
    await Promise.all(some.map(({ subscribed }) => subscribed))
  }
}

function report(): Delivered {
  const told = { deliveries, p50: latencies.percentile(50) / 1_000, p99: latencies.percentile(99) / 1_000 }
  deliveries = 0
  latencies = createHistogram()
  return told
}

process.on('message', async (message: { connect?: number; port?: number; report?: true }) => {
  if (message.report) process.send?.({ report: report() })
  if (message.connect === undefined || message.port === undefined) return
  try {
    await connect(message.connect, message.port)
    process.send?.({ connected: clients.length })
  } catch (err) {
    fail(err instanceof Error ? err.message : String(err))
  }
})
