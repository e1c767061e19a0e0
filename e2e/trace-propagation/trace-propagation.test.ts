import { randomBytes, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import pg from 'pg'
import { nearestVehicleId } from '../hold-vehicle.ts'
import * as operations from '../journey/operations.ts'
import { PublicClient, untilResult } from '../public-client.ts'
import { freshStack } from '../stack.ts'

let stack: Stack
const dataDir = join(import.meta.dirname, '..', '..', '.holdfast', 'e2e-trace-propagation')
beforeAll(async () => {
  stack = await freshStack('e2e-trace-propagation', { fleet: 4 })
}, 120_000)
afterAll(async () => stack?.stop())

const newTrace = () => {
  const id = randomBytes(16).toString('hex')
  return { id, headers: { traceparent: `00-${id}-${randomBytes(8).toString('hex')}-01` } }
}

const readLogs = async () => {
  const folder = join(dataDir, 'logs')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log'))
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name.replace('.log', ''), await readFile(join(folder, name), 'utf8')] as const),
    ),
  )
}

it('carries the trace of a request through rows, events and the vehicle, and logs no secrets', async () => {
  const token = await stack.token({ role: 'customer', sub: randomUUID() })
  const customer = new PublicClient(stack.endpoint, token)
  const vehicleId = await nearestVehicleId(customer)
  const [hold, pay, unlock] = [newTrace(), newTrace(), newTrace()]
  const { createBooking } = await customer.requestOnce<{ createBooking: { booking: { id: string } } }>(
    operations.hold,
    { requestId: randomUUID(), vehicleId },
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
  await untilResult(changes, 20_000, 'the unlocking', ({ unlockStatus }) => unlockStatus?.state === 'EXECUTED')
  await customer.close()

  const database = new pg.Client({ connectionString: stack.databaseUrls.owner })
  await database.connect()
  const countTraced = async (query: string, trace: { id: string }) => {
    const { rows } = await database.query<{ count: string }>(query, [`00-${trace.id}-%`])
    return Number(rows[0]?.count)
  }
  const inOutbox = (owner: string, type: string) =>
    `select count(*) from ${owner}.outbox where traceparent like $1 and type = '${type}'`
  expect(await countTraced(inOutbox('booking', 'HoldPlaced'), hold)).toBe(1)
  expect(await countTraced('select count(*) from payment.payment where traceparent like $1', pay)).toBe(1)
  expect(await countTraced(inOutbox('booking', 'BookingConfirmed'), pay)).toBe(1)
  expect(await countTraced('select count(*) from fleet.command where traceparent like $1', unlock)).toBe(1)
  // The vehicle's ack carries the trace of its command.
  expect(await countTraced(inOutbox('fleet', 'TripStarted'), unlock)).toBe(1)
  expect(await countTraced(inOutbox('booking', 'BookingStarted'), unlock)).toBe(1)
  await database.end()

  const logs = await readLogs()
  for (const [trace, processes] of [
    [hold, ['gateway', 'booking']],
    [pay, ['gateway', 'payment']],
    [unlock, ['gateway', 'fleet', 'vehicle-simulator']],
  ] as const) {
    for (const name of processes) expect([name, logs[name]?.includes(trace.id)]).toEqual([name, true])
  }
  const allLogs = Object.values(logs).join('\n')
  for (const secret of [
    token,
    token.split('.')[2] ?? '',
    'pm_card_visa',
    'client_secret',
    '_secret_',
    'whsec_',
    'sk_test_',
  ]) {
    expect([secret.slice(0, 12), allLogs.includes(secret)]).toEqual([secret.slice(0, 12), false])
  }
}, 60_000)
