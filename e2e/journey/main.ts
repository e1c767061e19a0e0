import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { brokenInvariants } from '../invariants.ts'
import { PublicClient } from '../public-client.ts'
import { runningOrFreshStack } from '../stack.ts'
import { type Ride, ride } from './ride.ts'

/**
 * `npm run journey [-- --rides N --concurrency C --json]`: rides through the public endpoint of the Holdfast that runs
 * here, or of one started for it. Exit code 1 when a ride failed or an invariant is broken at the end.
 */
const usage = 'npm run journey -- [--rides N] [--concurrency C] [--json]'

const hauptwache = { latitude: 50.1138, longitude: 8.6793 }

/** A point somewhere in the centre, so that concurrent customers do not all want the same vehicle. */
const somewhere = () => ({
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
  const number = (name: 'rides' | 'concurrency', highest: number) => {
    const value = Number(values[name])
    if (Number.isInteger(value) && value >= 1 && value <= highest) return value
    throw new Error(`--${name} must be a whole number from 1 to ${highest}`)
  }
  return { rides: number('rides', 100_000), concurrency: number('concurrency', 1_000), json: values.json }
}

async function journey({ rides, concurrency, json }: Options): Promise<boolean> {
  const say = (line: string) => process.stderr.write(`${line}\n`)
  await using stack = await runningOrFreshStack('journey', say)
  const from = performance.now()
  const done: Ride[] = []
  const failures: string[] = []
  let retries = 0
  let next = 0

  const customer = async () => {
    while (next < rides) {
      const number = ++next
      const client = new PublicClient(stack.endpoint, await stack.token({ role: 'customer', sub: randomUUID() }))
      try {
        const onStep = (name: string, ms: number, note: string) => {
          if (rides === 1) say(`${name.padEnd(14)} ${ms.toFixed(0).padStart(7)} ms   ${note}`)
        }
        done.push(await ride(client, somewhere(), onStep))
        if (rides > 1 && done.length % 10 === 0)
          say(`${done.length} of ${rides} rides completed, ${failures.length} failed`)
      } catch (err) {
        failures.push(`ride ${number}: ${err instanceof Error ? err.message : String(err)}`)
        say(`ride ${number} failed: ${failures.at(-1)}`)
      } finally {
        retries += client.retries
        await client.close()
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, rides) }, customer))
  const seconds = (performance.now() - from) / 1_000

  const broken = await brokenInvariants(stack)
  const report = {
    rides: { wanted: rides, completed: done.length, failed: failures.length },
    seconds: Number(seconds.toFixed(1)),
    retries,
    takenMinor: done.reduce((sum, { fareMinor }) => sum + fareMinor, 0),
    steps: stepTable(done),
    invariants: { holding: broken.length === 0, broken },
    failures,
  }
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  else printReport(report, say)
  return done.length === rides && broken.length === 0
}

type StepTable = Record<string, { p50: number; p95: number; max: number }>

/** Milliseconds by step. */
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

function printReport(
  {
    rides,
    seconds,
    steps,
    invariants,
  }: {
    rides: { wanted: number; completed: number }
    seconds: number
    steps: StepTable
    invariants: { broken: string[] }
  },
  say: (line: string) => void,
): void {
  if (rides.wanted > 1) {
    say(`\n${'step'.padEnd(14)} ${['p50', 'p95', 'max'].map((head) => head.padStart(8)).join('')}   ms`)
    for (const [name, { p50, p95, max }] of Object.entries(steps)) {
      say(`${name.padEnd(14)} ${[p50, p95, max].map((ms) => String(ms).padStart(8)).join('')}`)
    }
  }
  say(`\n${rides.completed} of ${rides.wanted} rides completed in ${seconds} s`)
  say(invariants.broken.length === 0 ? 'Every invariant holds.' : `Broken:\n  ${invariants.broken.join('\n  ')}`)
}

/** Gives the exit code. */
export async function main(args: string[]): Promise<number> {
  let asked: Options
  try {
    asked = parseOptions(args)
  } catch (err) {
    process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n${usage}\n`)
    return 2
  }
  return (await journey(asked)) ? 0 : 1
}
