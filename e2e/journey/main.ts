import { parseArgs } from 'node:util'
import { brokenInvariants } from '../invariants/whole-system.ts'
import { newClient } from '../public-client.ts'
import { runningOrFreshStack } from '../stack.ts'
import { type Ride, ride } from './ride.ts'

/**
 * `npm run journey [-- --rides N --concurrency C --json]`: rides through the public endpoint of the running Holdfast, or of
 * a fresh one if none runs. The exit code is 1 if a ride failed or an invariant is broken at the end.
 */
const usage = 'npm run journey -- [--rides N] [--concurrency C] [--json]'

const hauptwache = { latitude: 50.1138, longitude: 8.6793 }

/** A random point in the centre, so that concurrent customers do not all hold the same vehicle. */
const randomPosition = () => ({
  latitude: hauptwache.latitude + (Math.random() - 0.5) * 0.012,
  longitude: hauptwache.longitude + (Math.random() - 0.5) * 0.022,
})

interface Options {
  readonly rides: number
  readonly concurrency: number
  readonly json: boolean
}

function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      rides: { type: 'string', default: '1' },
      concurrency: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  })
  const parseNumber = (name: 'rides' | 'concurrency', highest: number) => {
    const value = Number(values[name])
    if (Number.isInteger(value) && value >= 1 && value <= highest) return value
    throw new Error(`--${name} must be a whole number from 1 to ${highest}`)
  }
  return { rides: parseNumber('rides', 100_000), concurrency: parseNumber('concurrency', 1_000), json: values.json }
}

async function journey({ rides, concurrency, json }: Options): Promise<boolean> {
  const print = (line: string) => process.stderr.write(`${line}\n`)
  await using stack = await runningOrFreshStack('journey', print)
  const startedAt = performance.now()
  const completed: Ride[] = []
  const failures: string[] = []
  let retries = 0
  let next = 0

  const customer = async () => {
    while (next < rides) {
      const number = ++next
      const client = await newClient(stack, 'customer')
      try {
        const onStep = (name: string, ms: number, note: string) => {
          if (rides === 1) print(`${name.padEnd(14)} ${ms.toFixed(0).padStart(7)} ms   ${note}`)
        }
        completed.push(await ride(client, randomPosition(), onStep))
        if (rides > 1 && completed.length % 10 === 0)
          print(`${completed.length} of ${rides} rides completed, ${failures.length} failed`)
      } catch (err) {
        failures.push(`ride ${number}: ${err instanceof Error ? err.message : String(err)}`)
        print(`ride ${number} failed: ${failures.at(-1)}`)
      } finally {
        retries += client.retries
        await client.close()
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, rides) }, customer))
  const seconds = (performance.now() - startedAt) / 1_000

  const broken = await brokenInvariants(stack)
  const report = {
    rides: { requested: rides, completed: completed.length, failed: failures.length },
    seconds: Number(seconds.toFixed(1)),
    retries,
    takenMinor: completed.reduce((sum, { fareMinor }) => sum + fareMinor, 0),
    steps: stepTable(completed),
    invariants: { holding: broken.length === 0, broken },
    failures,
  }
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  else printReport(report, print)
  return completed.length === rides && broken.length === 0
}

type StepTable = Record<string, { p50: number; p95: number; max: number }>

/** Latencies in milliseconds, by step. */
function stepTable(rides: readonly Ride[]): StepTable {
  const byName = new Map<string, number[]>()
  for (const { name, ms } of rides.flatMap(({ steps }) => steps)) byName.set(name, [...(byName.get(name) ?? []), ms])
  return Object.fromEntries(
    [...byName].map(([name, all]) => {
      const sorted = all.toSorted((a, b) => a - b)
      const at = (share: number) =>
        Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
      return [name, { p50: at(0.5), p95: at(0.95), max: at(1) }]
    }),
  )
}

interface Report {
  readonly rides: { readonly requested: number; readonly completed: number }
  readonly seconds: number
  readonly steps: StepTable
  readonly invariants: { readonly broken: readonly string[] }
}

function printReport({ rides, seconds, steps, invariants }: Report, print: (line: string) => void): void {
  if (rides.requested > 1) {
    print(`\n${'step'.padEnd(14)} ${['p50', 'p95', 'max'].map((head) => head.padStart(8)).join('')}   ms`)
    for (const [name, { p50, p95, max }] of Object.entries(steps)) {
      print(`${name.padEnd(14)} ${[p50, p95, max].map((ms) => String(ms).padStart(8)).join('')}`)
    }
  }
  print(`\n${rides.completed} of ${rides.requested} rides completed in ${seconds} s`)
  print(invariants.broken.length === 0 ? 'Every invariant holds.' : `Broken:\n  ${invariants.broken.join('\n  ')}`)
}

/** Returns the exit code. */
export async function main(args: string[]): Promise<number> {
  let options: Options
  try {
    options = parseOptions(args)
  } catch (err) {
    process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n${usage}\n`)
    return 2
  }
  return (await journey(options)) ? 0 : 1
}
