import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Stack } from '@holdfast/dev'
import pg from 'pg'
import { Pool } from 'undici'
import { freshStack } from '../e2e/stack.ts'
import { holdStatement } from '../subgraphs/booking/src/store/hold.ts'
import { closedLoop, type LoadResult, latencyPercentiles, openLoop } from './load-generator.ts'
import { postGraphQL } from './post-graphql.ts'
import { medianBy } from './rounds.ts'

/**
 * HELD bookings per second through the public endpoint. The baseline is pgbench with the same SQL statement on the same
 * Postgres. Rounds take turns, and each starts with empty tables.
 */
const bookables = 200_000
const customers = 500
const clients = 64
const seconds = 6
const rounds = 3

/** The UUID of a number, in TypeScript and in SQL. */
const uuidOf = (number: number) => `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
const sqlUuidOf = (variable: string) =>
  `('00000000-0000-4000-8000-' || lpad(to_hex(${variable}::bigint), 12, '0'))::uuid`

export async function bench(): Promise<void> {
  await using stack = await freshStack('bench-bookings', { fleet: 1, overrides: withoutLogsAndLimits })
  const owner = new pg.Pool({ connectionString: stack.databaseUrls.owner, max: 1 })
  try {
    await owner.query(
      `insert into booking.bookable (id, kind, public_id, price_plan_id)
       select ${sqlUuidOf('n')}, 'VEHICLE', ${sqlUuidOf('n')}, (select min(id) from booking.price_plan)
       from generate_series(1, $1) n`,
      [bookables],
    )
    // 500 customers make more holds than the limits of one person allow.
    await owner.query('update booking.policy set max_open_holds = 1000000, max_holds_per_minute = 1000000')
    const createBooking = await bookingSender(stack)
    await closedLoop(8, 2, createBooking) // Warms up.

    const baseline: LoadResult[] = []
    const endpoint: LoadResult[] = []
    for (let round = 1; round <= rounds; round++) {
      await emptyTables(owner)
      await stack.process('booking').pause() // Its relay and sweeper would compete with pgbench.
      baseline.push(await pgbench(stack))
      await stack.process('booking').resume()
      await emptyTables(owner)
      endpoint.push(await closedLoop(clients, seconds, createBooking))
    }
    await emptyTables(owner)
    const open = await openLoop(500, seconds, createBooking)

    const medianEndpoint = medianBy(endpoint, ({ perSecond }) => perSecond)
    const medianBaseline = medianBy(baseline, ({ perSecond }) => perSecond)
    console.log(`\nbookings, from nothing to HELD (${clients} clients, ${seconds} s, median of ${rounds} rounds)`)
    console.table({
      'pgbench, same statement': medianBaseline,
      'createBooking through the endpoint': medianEndpoint,
      'the same, 500/s open loop': open,
    })
    console.log(
      `endpoint / pgbench: ${(medianEndpoint.perSecond / medianBaseline.perSecond).toFixed(2)} (target: 0.25)`,
    )
  } finally {
    await owner.end()
  }
}

const withoutLogsAndLimits = {
  gateway: { LOG_LEVEL: 'warn', RATE_FACTOR: '10000' },
  booking: { LOG_LEVEL: 'warn' },
  fleet: { LOG_LEVEL: 'warn' },
}

async function emptyTables(owner: pg.Pool): Promise<void> {
  await owner.query('truncate booking.booking_item, booking.booking, booking.request, booking.customer, booking.outbox')
  await owner.query('update booking.bookable set holder = null, held_until = null where holder is not null')
  await owner.query('vacuum analyze booking.bookable')
}

/** Sends holds of random bookables by random customers. */
async function bookingSender(stack: Stack): Promise<() => Promise<boolean>> {
  const tokens = await Promise.all(
    Array.from({ length: customers }, () => stack.token({ role: 'customer', sub: randomUUID() })),
  )
  const { origin, pathname } = new URL(stack.endpoint)
  const pool = new Pool(origin, { connections: clients, pipelining: 1 })
  const query =
    'mutation Hold($input: CreateBookingInput!) { createBooking(input: $input) { __typename ... on CreateBookingSuccess { booking { id state } } } }'
  return async () => {
    const bookableId = uuidOf(1 + Math.floor(Math.random() * bookables))
    const response = await postGraphQL(
      pool,
      pathname,
      { query, variables: { input: { requestId: randomUUID(), items: [{ bookableId }] } } },
      { authorization: `Bearer ${tokens[Math.floor(Math.random() * customers)]}` },
    )
    return response.includes('"CreateBookingSuccess"')
  }
}

/** Runs the hold statement directly in Postgres, without a server in between. */
async function pgbench(stack: Stack): Promise<LoadResult> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
  try {
    const parameters = [
      sqlUuidOf(':booking'),
      sqlUuidOf(':customer'),
      `array[${sqlUuidOf(':bookable')}]`,
      sqlUuidOf(':request'),
      `'\\x00'::bytea`,
      'null::text',
    ]
    const statement = holdStatement.text
      .replaceAll('--', '\n--')
      .replace(/^\s*--.*$/gm, '')
      .replace(/\$(\d)/g, (_, index: string) => parameters[Number(index) - 1] ?? '')
    const scriptFile = join(folder, 'hold.sql')
    await writeFile(
      scriptFile,
      [
        `\\set booking random(1, 140737488355327)`,
        `\\set request random(1, 140737488355327)`,
        `\\set customer random(1, ${customers})`,
        `\\set bookable random(1, ${bookables})`,
        `${statement};`,
      ].join('\n'),
    )
    const load = ['--no-vacuum', '--protocol=prepared', '--client=16', '--jobs=2', `--time=${seconds}`]
    const files = [`--file=${scriptFile}`, '--log', `--log-prefix=${join(folder, 'log')}`]
    const before = await countBookings(stack)
    await promisify(execFile)('pgbench', [...load, ...files, stack.databaseUrls.owner], {
      cwd: folder,
      timeout: 60_000,
    })
    const { stdout } = await promisify(execFile)('sh', ['-c', "cat log* | awk '{print $3}'"], {
      cwd: folder,
      maxBuffer: 1e8,
    })
    const latencies = stdout
      .trim()
      .split('\n')
      .map((microseconds) => Number(microseconds) / 1_000)
    const count = (await countBookings(stack)) - before
    return {
      count,
      failed: latencies.length - count,
      perSecond: Math.round(count / seconds),
      ...latencyPercentiles(latencies),
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function countBookings(stack: Stack): Promise<number> {
  const owner = new pg.Client({ connectionString: stack.databaseUrls.owner })
  await owner.connect()
  const { rows } = await owner.query<{ count: number }>('select count(*)::int as count from booking.booking')
  await owner.end()
  return rows[0]?.count ?? 0
}
