/** Generates load from one process and measures it. Every run has a fixed duration. */

export interface LoadResult {
  readonly count: number
  readonly failed: number
  readonly perSecond: number
  /** Latencies in milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** Resolves to whether the response was the expected one. */
type SendRequest = () => Promise<boolean>

/** Percentiles in milliseconds, to one decimal. */
export function latencyPercentiles(latencies: readonly number[]): Pick<LoadResult, 'p50' | 'p99'> {
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (share: number) => Number((sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(1))
  return { p50: at(0.5), p99: at(0.99) }
}

const summarize = (latencies: readonly number[], failed: number, seconds: number): LoadResult => ({
  count: latencies.length,
  failed,
  perSecond: Math.round(latencies.length / seconds),
  ...latencyPercentiles(latencies),
})

/** Each client sends its next request as soon as it has a response: measures the highest throughput. */
export async function closedLoop(clients: number, seconds: number, send: SendRequest): Promise<LoadResult> {
  const latencies: number[] = []
  let failed = 0
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1_000
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (let sentAt = performance.now(); sentAt < endsAt; ) {
        const ok = await send()
        const receivedAt = performance.now()
        if (ok) latencies.push(receivedAt - sentAt)
        else failed++
        sentAt = receivedAt
      }
    }),
  )
  return summarize(latencies, failed, (performance.now() - startedAt) / 1_000)
}

/**
 * Sends `rate` requests a second without waiting for responses, as independent users do. Latency is counted from the time
 * at which a request was due, so a stall counts for every request that was due during it (no coordinated omission).
 */
export async function openLoop(rate: number, seconds: number, send: SendRequest): Promise<LoadResult> {
  const latencies: number[] = []
  let failed = 0
  const startedAt = performance.now()
  const requests: Promise<void>[] = []
  for (let number = 0; number < rate * seconds; number++) {
    const dueAt = startedAt + (number * 1_000) / rate
    const early = dueAt - performance.now()
    if (early > 1) await new Promise((resolve) => setTimeout(resolve, early))
    requests.push(
      send().then((ok) => {
        if (ok) latencies.push(performance.now() - dueAt)
        else failed++
      }),
    )
  }
  await Promise.all(requests)
  return summarize(latencies, failed, (performance.now() - startedAt) / 1_000)
}
