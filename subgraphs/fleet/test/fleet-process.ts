/** The fleet process with everything that it connects to: a real Postgres, Redis and Mosquitto of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { seed } from '@holdfast/database/seed'
import { freePort } from '@holdfast/dev/free-port'
import { testBroker, testDatabase, testRedis } from '@holdfast/dev/testing'
import { relayOutbox } from '@holdfast/service/events'
import { identityHeader, signIdentity, subscriptionBody, type Viewer } from '@holdfast/service/identity'
import { createPool } from '@holdfast/service/postgres'
import { createLog } from '@holdfast/service/process'
import { createRedis } from '@holdfast/service/redis'
import { createClient } from 'graphql-ws'
import pg from 'pg'
import { WebSocket } from 'ws'
import { connectTestVehicle, createTestDevice, type TestDevice, type TestVehicle } from './test-vehicle.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const gatewaySecret = 'a-secret-of-tests-that-is-long-enough'

export const rider = (id: string = randomUUID()): Viewer => ({ id, role: 'customer', scopes: [] })
export const operator: Viewer = { id: 'op', role: 'operator', scopes: [] }
export const anonymous: Viewer = { id: '', role: 'anonymous', scopes: [] }

export interface Answer {
  data?: Record<string, unknown> | null
  errors?: { message: string; extensions: { code: string } }[]
}

/** Reads until the value is as expected; throws with the last value. */
export async function eventually<T>(
  read: () => Promise<T> | T,
  isExpected: (value: T) => boolean,
  ms = 8_000,
): Promise<T> {
  let last: T | undefined
  for (const until = Date.now() + ms; Date.now() < until; await sleep(20)) {
    last = await read()
    if (isExpected(last)) return last
  }
  throw new Error(`not so within ${ms} ms; last: ${JSON.stringify(last)}`)
}

export type Fleet = Awaited<ReturnType<typeof startFleet>>

/** Starts everything, with so many vehicles side by side in the centre. With `fleet: false` the test starts the process. */
export async function startFleet({
  vehicles = 1,
  env = {},
  fleet: begin = true,
}: {
  vehicles?: number
  env?: Record<string, string>
  fleet?: boolean
} = {}) {
  const devices = Array.from({ length: vehicles }, (_, i) => createTestDevice(i))
  const [database, redis, broker] = await Promise.all([testDatabase(), testRedis(), testBroker({ devices })])
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-fleet-'))
  const serverKeys = generateKeyPairSync('ed25519')
  const keyFile = join(folder, 'server-1.pem')
  writeFileSync(keyFile, serverKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }))

  const owner = new pg.Pool({ connectionString: database.url('owner'), max: 12 })
  owner.on('error', () => undefined)
  await seed(owner, { devices })
  const quiet = createLog('test', 'silent')
  // Booking's events go through its real outbox and relay.
  const bookingPool = createPool(database.url('booking'), quiet)
  const bookingRedis = createRedis(redis.url, quiet)
  const relaying = new AbortController()
  const relay = relayOutbox({
    owner: 'booking',
    databaseUrl: database.url('booking'),
    pool: bookingPool,
    redis: bookingRedis,
    log: quiet,
    signal: relaying.signal,
  })

  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  let logs = ''
  const start = async (more: Record<string, string> = {}) => {
    const started = spawn(process.execPath, ['subgraphs/fleet/src/main.ts'], {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        LOG_LEVEL: 'debug',
        DATABASE_URL: database.url('fleet'),
        REDIS_URL: redis.url,
        GATEWAY_SECRET: gatewaySecret,
        MQTT_URL: broker.fleetUrl,
        MQTT_USERNAME: broker.fleet.username,
        MQTT_PASSWORD: broker.fleet.password,
        COMMAND_KEY_FILE: keyFile,
        ...env,
        ...more,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    for (const stream of [started.stdout, started.stderr]) stream?.on('data', (chunk) => (logs += chunk))
    await eventually(
      () =>
        fetch(`${url}/health/ready`).then(
          ({ ok }) => ok || started.exitCode !== null,
          () => started.exitCode !== null,
        ),
      (ready) => ready,
      20_000,
    )
    if (started.exitCode !== null) throw new Error(`fleet did not start:\n${logs.slice(-3_000)}`)
  }
  const end = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => {
    const running = child
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    running.kill(signal)
    await once(running, 'exit')
  }

  /** A request as the gateway sends it. */
  const ask = async (
    query: string,
    variables: Record<string, unknown>,
    viewer: Viewer,
    headers = {},
  ): Promise<Answer> => {
    const body = JSON.stringify({ query, variables })
    const signed = { [identityHeader]: signIdentity(viewer, 'fleet', body, gatewaySecret) }
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signed, ...headers },
      body,
      signal: AbortSignal.timeout(10_000),
    })
    return (await response.json()) as Answer
  }

  const sockets = new Set<{ dispose(): unknown }>()
  /** A subscription as the gateway makes it; all messages are kept. */
  const watch = <T>(query: string, variables: Record<string, unknown>, viewer: Viewer) => {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    })
    sockets.add(client)
    const received: T[] = []
    const ended = { done: false, errors: [] as unknown[] }
    const identity = signIdentity(viewer, 'fleet', subscriptionBody({ query, variables }), gatewaySecret)
    const stop = client.subscribe<Record<string, T>>(
      { query, variables, extensions: { identity } },
      {
        next: ({ data, errors }) => {
          if (errors) ended.errors.push(...errors)
          if (data) for (const value of Object.values(data)) received.push(value)
        },
        error: (err) => {
          ended.errors.push(err)
          ended.done = true
        },
        complete: () => {
          ended.done = true
        },
      },
    )
    return { received, ended, stop }
  }

  const connected: TestVehicle[] = []
  /** Connects the vehicle of a device. */
  const connect = async (device: TestDevice) => {
    const vehicle = await connectTestVehicle(broker.vehicleUrl, device, serverKeys.publicKey)
    connected.push(vehicle)
    return vehicle
  }

  const one = async <T extends pg.QueryResultRow>(statement: string, values: unknown[] = []): Promise<T> => {
    const { rows } = await owner.query<T>(statement, values)
    if (!rows[0]) throw new Error(`no row for ${statement}`)
    return rows[0]
  }

  if (begin) await start()
  return {
    devices,
    owner,
    redis,
    broker,
    database,
    url,
    start,
    end,
    ask,
    watch,
    connect,
    one,
    logs: () => logs,
    pid: () => child?.pid ?? 0,

    /** The vehicle's row. */
    vehicle: (device: TestDevice) =>
      one<{
        id: string
        public_id: string
        state: string
        contact: string
        lock: string
        booking_id: string | null
        rider_id: string | null
        epoch: string | null
        battery_percent: number
        listed: boolean
      }>(
        `select v.*, exists (select from fleet.vehicle_availability where vehicle_id = v.id) as listed
         from fleet.vehicle v where device_id = $1`,
        [device.deviceId],
      ),

    /** A booking of the vehicle in CONFIRMED, as payment and booking leave it. */
    async book(device: TestDevice, { riderId = randomUUID() } = {}) {
      const bookingId = randomUUID()
      const { id, public_id } = await one<{ id: string; public_id: string }>(
        'select id, public_id from fleet.vehicle where device_id = $1',
        [device.deviceId],
      )
      await owner.query(
        `insert into booking.bookable (id, kind, public_id, price_plan_id) values ($1, 'VEHICLE', $2, 'scooter')
         on conflict (id) do update set public_id = excluded.public_id`,
        [id, public_id],
      )
      await owner.query(
        `with booking as (
           insert into booking.booking (id, customer_id, kind, bookable_ids, currency, authorise_minor, expires_at, hold_expires_at)
           values ($1, $2, 'VEHICLE', array[$3::uuid], 'EUR', 2500, now() + interval '5 min', now() + interval '5 min')
         ), item as (
           insert into booking.booking_item values ($1, $3, 'EUR', 100, 25, 2500, 2500)
         )
         update booking.bookable set holder = $1, held_until = now() + interval '5 min' where id = $3`,
        [bookingId, riderId, id],
      )
      const payment = randomUUID()
      await owner.query('select booking.claim_for_payment($1, $2, $3, null)', [bookingId, riderId, payment])
      await owner.query('select booking.confirm_paid($1, $2, null)', [bookingId, payment])
      return { bookingId, riderId, vehicleId: id, viewer: rider(riderId) }
    },

    /** Changes rows without triggers, to what they would be after something that a test cannot wait for. */
    async writeDirectly(statement: string, values: unknown[]) {
      const client = await owner.connect()
      try {
        await client.query('begin; set local session_replication_role = replica')
        await client.query(statement, values)
        await client.query('commit')
      } finally {
        client.release()
      }
    },

    /** What booking does when the trip has ended. */
    complete: (bookingId: string) =>
      owner.query(
        `update booking.booking set state = 'COMPLETED', ended_at = now(), fare_minor = 125, fare_lines = '[]' where id = $1`,
        [bookingId],
      ),

    move: (bookingId: string, state: 'EXPIRED' | 'CANCELLED') =>
      owner.query(
        `update booking.booking set state = $2::booking.booking_state, expires_at = null,
           cancel_reason = case when $2 = 'CANCELLED' then 'CUSTOMER' end::booking.cancel_reason
         where id = $1`,
        [bookingId, state],
      ),

    async [Symbol.asyncDispose]() {
      for (const socket of sockets) await socket.dispose()
      for (const vehicle of connected) await vehicle.vanish()
      await end()
      if (process.env['FLEET_LOG']) writeFileSync(process.env['FLEET_LOG'], logs)
      relaying.abort()
      await relay
      bookingRedis.disconnect()
      await bookingPool.end()
      await owner.end()
      await Promise.all([redis.stop(), broker.stop(), database.drop()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
