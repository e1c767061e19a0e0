/** Load from one process, and what it felt like. Loopback only; every run is bounded in time. */

export interface Felt {
  readonly count: number
  readonly failed: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

type Work = () => Promise<boolean>

const summary = (latencies: number[], failed: number, seconds: number): Felt => {
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (share: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1))
  return {
    count: latencies.length,
    failed,
    perSecond: Math.round(latencies.length / seconds),
    p50: at(0.5),
    p99: at(0.99),
  }
}

/** `clients` who each ask again as soon as they were answered: what is the most that goes through? */
export async function closedLoop(clients: number, seconds: number, work: Work): Promise<Felt> {
  const latencies: number[] = []
  let failed = 0
  const from = performance.now()
  const until = from + seconds * 1_000
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (let now = performance.now(); now < until; ) {
        const ok = await work()
        const then = performance.now()
        if (ok) latencies.push(then - now)
        else failed++
        now = then
      }
    }),
  )
  return summary(latencies, failed, (performance.now() - from) / 1_000)
}

/**
 * `rate` requests a second whether or not the earlier ones were answered, as the world asks. Latency counts from when a
 * request was due, so that a stall is felt by all who came during it (no coordinated omission).
 */
export async function openLoop(rate: number, seconds: number, work: Work): Promise<Felt> {
  const latencies: number[] = []
  let failed = 0
  const from = performance.now()
  const all: Promise<void>[] = []
  for (let number = 0; number < rate * seconds; number++) {
    const due = from + (number * 1_000) / rate
    const early = due - performance.now()
    if (early > 1) await new Promise((resolve) => setTimeout(resolve, early))
    all.push(
      work().then((ok) => {
        if (ok) latencies.push(performance.now() - due)
        else failed++
      }),
    )
  }
  await Promise.all(all)
  return summary(latencies, failed, (performance.now() - from) / 1_000)
}

/** The middle one of several rounds, by how much went through. */
export const median = (rounds: readonly Felt[]): Felt => {
  const sorted = rounds.toSorted((a, b) => a.perSecond - b.perSecond)
  const middle = sorted[sorted.length >> 1]
  if (!middle) throw new Error('no rounds')
  return middle
}
