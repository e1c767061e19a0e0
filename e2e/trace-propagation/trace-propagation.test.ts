import { randomBytes, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import pg from 'pg'
import * as operations from '../journey/operations.ts'
import { PublicClient, until } from '../public-client.ts'
import { freshStack } from '../stack.ts'

let stack: Stack
const dataDir = join(import.meta.dirname, '..', '..', '.holdfast', 'e2e-one-trace')
beforeAll(async () => {
  stack = await freshStack('e2e-one-trace', { fleet: 4 })
}, 120_000)
afterAll(async () => stack?.stop())

const newTrace = () => {
  const id = randomBytes(16).toString('hex')
  return { id, headers: { traceparent: `00-${id}-${randomBytes(8).toString('hex')}-01` } }
}

const logs = async () => {
  const folder = join(dataDir, 'logs')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'))
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name.replace('.log', ''), await readFile(join(folder, name), 'utf8')] as const),
    ),
  )
}

it("carries a customer's trace from the tap to the lock and back, and no secret with it", async () => {
  const token = await stack.token({ role: 'customer', sub: randomUUID() })
  const customer = new PublicClient(stack.endpoint, token)
  const { vehiclesNear } = await customer.request<{ vehiclesNear: { vehicles: { vehicle: { id: string } }[] } }>(
    operations.find,
    {
      near: { latitude: 50.1113, longitude: 8.675 },
      radiusMeters: 3_000,
    },
  )
  const [hold, pay, unlock] = [newTrace(), newTrace(), newTrace()]
  const { createBooking } = await customer.requestOnce<{ createBooking: { booking: { id: string } } }>(
    operations.hold,
    { requestId: randomUUID(), vehicleId: vehiclesNear.vehicles[0]?.vehicle.id },
    hold.headers,
  )
  const bookingId = createBooking.booking.id
  await customer.requestOnce(
    operations.pay,
    { requestId: randomUUID(), bookingId, paymentMethodId: 'pm_card_visa' },
    pay.headers,
  )
  const changes = customer.subscribe<{ unlockStatus: { state: string } | null }>(operations.watchUnlock, { bookingId })
  await customer.requestOnce(operations.unlock, { requestId: randomUUID(), bookingId }, unlock.headers)
  await until(changes, 20_000, 'the lock to open', ({ unlockStatus }) => unlockStatus?.state === 'EXECUTED')
  await customer.close()

  const database = new pg.Client({ connectionString: stack.databaseUrl('owner') })
  await database.connect()
  const traced = async (query: string, trace: { id: string }) => {
    const { rows } = await database.query<{ found: number }>(query, [`00-${trace.id}-%`])
    return Number(rows[0]?.found)
  }
  const outbox = (owner: string, type: string) =>
    `select count(*) as found from ${owner}.outbox where traceparent like $1 and type = '${type}'`
  expect(await traced(outbox('booking', 'HoldPlaced'), hold)).toBe(1)
  expect(await traced('select count(*) as found from payment.payment where traceparent like $1', pay)).toBe(1)
  expect(await traced(outbox('booking', 'BookingConfirmed'), pay)).toBe(1)
  expect(await traced('select count(*) as found from fleet.command where traceparent like $1', unlock)).toBe(1)
  // The ack came back over the radio with the trace of the command it answers.
  expect(await traced(outbox('fleet', 'TripStarted'), unlock)).toBe(1)
  expect(await traced(outbox('booking', 'BookingStarted'), unlock)).toBe(1)
  await database.end()

  const written = await logs()
  for (const [trace, processes] of [
    [hold, ['gateway', 'booking']],
    [pay, ['gateway', 'payment']],
    [unlock, ['gateway', 'fleet', 'firmware-agent']],
  ] as const) {
    for (const name of processes) expect([name, written[name]?.includes(trace.id)]).toEqual([name, true])
  }
  const all = Object.values(written).join('\n')
  for (const secret of [
    token,
    token.split('.')[2] ?? '',
    'pm_card_visa',
    'client_secret',
    '_secret_',
    'whsec_',
    'sk_test_',
  ]) {
    expect([secret.slice(0, 12), all.includes(secret)]).toEqual([secret.slice(0, 12), false])
  }
}, 60_000)
