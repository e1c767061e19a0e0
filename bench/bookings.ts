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
import { closedLoop, type Felt, median, openLoop } from './load.ts'

/**
 * Bookings per second from nothing to HELD, through the public endpoint, beside pgbench sending the very same statement to
 * the same Postgres. Rounds take turns; each begins with empty tables.
 */
const things = 200_000
const customers = 500
const clients = 64
const seconds = 6
const rounds = 3

/** A UUID made of a number, the same in SQL and here. */
const uuidOf = (number: number) => `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
const sqlUuidOf = (variable: string) =>
  `('00000000-0000-4000-8000-' || lpad(to_hex(${variable}::bigint), 12, '0'))::uuid`

export async function bench(): Promise<void> {
  await using stack = await freshStack('bench-bookings', { fleet: 1, overrides: quiet })
  const owner = new pg.Pool({ connectionString: stack.databaseUrl('owner'), max: 1 })
  try {
    await owner.query(
      `insert into booking.bookable (id, kind, public_id, price_plan_id)
       select ${sqlUuidOf('n')}, 'VEHICLE', ${sqlUuidOf('n')}, (select min(id) from booking.price_plan)
       from generate_series(1, $1) n`,
      [things],
    )
    // The limits of a person are not what is measured.
    await owner.query('update booking.policy set max_open_holds = 1000000, max_holds_per_minute = 1000000')
    const hold = await holdThroughEndpoint(stack)
    await closedLoop(8, 2, hold)

    const baseline: Felt[] = []
    const endpoint: Felt[] = []
    for (let round = 1; round <= rounds; round++) {
      await empty(owner)
      await stack.process('booking').pause() // Its relay and sweeper would work beside pgbench.
      baseline.push(await pgbench(stack))
      await stack.process('booking').resume()
      await empty(owner)
      endpoint.push(await closedLoop(clients, seconds, hold))
    }
    await empty(owner)
    const open = await openLoop(500, seconds, hold)

    const most = median(endpoint)
    const direct = median(baseline)
    console.log(`\nbookings, hold to HELD (${clients} clients, ${seconds} s, median of ${rounds} rounds)`)
    console.table({
      'pgbench, same statement': direct,
      'createBooking through the endpoint': most,
      'the same, 500/s open loop': open,
    })
    console.log(`endpoint / pgbench: ${(most.perSecond / direct.perSecond).toFixed(2)} (target 0.25)`)
  } finally {
    await owner.end()
  }
}

const quiet = {
  gateway: { LOG_LEVEL: 'warn', RATE_FACTOR: '10000' },
  booking: { LOG_LEVEL: 'warn' },
  fleet: { LOG_LEVEL: 'warn' },
}

async function empty(owner: pg.Pool): Promise<void> {
  await owner.query('truncate booking.booking_item, booking.booking, booking.request, booking.customer, booking.outbox')
  await owner.query('update booking.bookable set holder = null, held_until = null where holder is not null')
  await owner.query('vacuum analyze booking.bookable')
}

async function holdThroughEndpoint(stack: Stack): Promise<() => Promise<boolean>> {
  const tokens = await Promise.all(
    Array.from({ length: customers }, () => stack.token({ role: 'customer', sub: randomUUID() })),
  )
  const { origin, pathname } = new URL(stack.endpoint)
  const pool = new Pool(origin, { connections: clients, pipelining: 1 })
  const query =
    'mutation Hold($input: CreateBookingInput!) { createBooking(input: $input) { __typename ... on CreateBookingSuccess { booking { id state } } } }'
  return async () => {
    const bookableId = uuidOf(1 + Math.floor(Math.random() * things))
    const { body } = await pool.request({
      path: pathname,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${tokens[Math.floor(Math.random() * customers)]}`,
      },
      body: JSON.stringify({ query, variables: { input: { requestId: randomUUID(), items: [{ bookableId }] } } }),
    })
    return (await body.text()).includes('"CreateBookingSuccess"')
  }
}

/** What Postgres does when nothing stands before it. */
async function pgbench(stack: Stack): Promise<Felt> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'))
  try {
    const given = [
      sqlUuidOf(':booking'),
      sqlUuidOf(':customer'),
      `array[${sqlUuidOf(':thing')}]`,
      sqlUuidOf(':request'),
      `'\\x00'::bytea`,
      'null::text',
    ]
    const statement = holdStatement.text
      .replaceAll('--', '\n--')
      .replace(/^\s*--.*$/gm, '')
      .replace(/\$(\d)/g, (_, index: string) => given[Number(index) - 1] ?? '')
    const script = join(folder, 'hold.sql')
    await writeFile(
      script,
      [
        `\\set booking random(1, 140737488355327)`,
        `\\set request random(1, 140737488355327)`,
        `\\set customer random(1, ${customers})`,
        `\\set thing random(1, ${things})`,
        `${statement};`,
      ].join('\n'),
    )
    const args = [
      '-n',
      '-M',
      'prepared',
      '-c',
      '16',
      '-j',
      '2',
      '-T',
      String(seconds),
      '-f',
      script,
      '-l',
      '--log-prefix',
      join(folder, 'log'),
    ]
    const before = await held(stack)
    await promisify(execFile)('pgbench', [...args, stack.databaseUrl('owner')], { cwd: folder, timeout: 60_000 })
    const { stdout } = await promisify(execFile)('sh', ['-c', "cat log* | awk '{print $3}'"], {
      cwd: folder,
      maxBuffer: 1e8,
    })
    const latencies = stdout
      .trim()
      .split('\n')
      .map((microseconds) => Number(microseconds) / 1_000)
      .sort((a, b) => a - b)
    const count = (await held(stack)) - before
    const at = (share: number) => Number((latencies[Math.floor(latencies.length * share)] ?? Number.NaN).toFixed(1))
    return {
      count,
      failed: latencies.length - count,
      perSecond: Math.round(count / seconds),
      p50: at(0.5),
      p99: at(0.99),
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function held(stack: Stack): Promise<number> {
  const owner = new pg.Client({ connectionString: stack.databaseUrl('owner') })
  await owner.connect()
  const { rows } = await owner.query<{ count: number }>('select count(*)::int as count from booking.booking')
  await owner.end()
  return rows[0]?.count ?? 0
}
