/**
 * Thousands of subscribers; runs as a process. On the message `{ connect: number, port }` it replaces its subscribers by
 * that many and sends `connected`. It sends `delivered` with an event's number when every subscriber has received it. On
 * the message `{ report: true }` it sends a `report` of the deliveries since the last report.
 */
import { createHistogram } from 'node:perf_hooks'
import { expectedEvent } from '../sample-subgraphs/operations.ts'
import { type Subscriber, subscribe } from './subscriber.ts'

export interface DeliveryReport {
  readonly deliveries: number
  /** Milliseconds from the time the subgraph sends an event to the time a subscriber receives it. */
  readonly p50: number
  readonly p99: number
}

interface Event {
  readonly number: number
  readonly payload: Buffer
  readonly sentAt: number
  deliveries: number
}

const payloadKey = Buffer.from('"payload":')
const rememberedEvents = 16 // A subscriber that is further behind has missed an event.
const concurrentConnects = 100 // With more, the accept queue of the server overflows.
let subscribers: Subscriber[] = []
let events: Event[] = []
let deliveries = 0
let latencies = createHistogram()

process.channel?.ref() // Keeps the process running while it has no subscribers.

const fail = (reason: string) => process.send?.({ failed: reason })

function receive(message: Buffer): void {
  const now = Number(process.hrtime.bigint()) / 1e6
  const payload = message.subarray(message.indexOf(payloadKey) + payloadKey.length, -1)
  const event = events.find((known) => known.payload.equals(payload)) ?? checkNewEvent(payload)
  if (!event) return
  deliveries++
  latencies.record(Math.max(1, Math.round((now - event.sentAt) * 1_000)))
  event.deliveries++
  if (event.deliveries === subscribers.length) process.send?.({ delivered: event.number })
}

/** Compares the first copy of an event with the expected text. The other copies are compared with the first one. */
function checkNewEvent(payload: Buffer): Event | undefined {
  const text = payload.toString()
  const { number, sentAt } = JSON.parse(text).data?.vehicleChanged ?? {}
  if (text !== expectedEvent(number, sentAt)) return void fail(`unexpected event: ${text}`)
  const event = { number, sentAt, payload: Buffer.from(payload), deliveries: 0 }
  events = [event, ...events.slice(0, rememberedEvents - 1)]
  return event
}

async function connect(count: number, port: number): Promise<void> {
  for (const subscriber of subscribers) subscriber.close()
  subscribers = []
  while (subscribers.length < count) {
    const batch = Array.from({ length: Math.min(concurrentConnects, count - subscribers.length) }, () =>
      subscribe(port, receive, fail),
    )
    subscribers.push(...batch)
    await Promise.all(batch.map(({ subscribed }) => subscribed))
  }
}

function takeReport(): DeliveryReport {
  const report = { deliveries, p50: latencies.percentile(50) / 1_000, p99: latencies.percentile(99) / 1_000 }
  deliveries = 0
  latencies = createHistogram()
  return report
}

process.on('message', async (message: { connect?: number; port?: number; report?: true }) => {
  if (message.report) process.send?.({ report: takeReport() })
  if (message.connect === undefined || message.port === undefined) return
  try {
    await connect(message.connect, message.port)
    process.send?.({ connected: subscribers.length })
  } catch (err) {
    fail(err instanceof Error ? err.message : String(err))
  }
})
