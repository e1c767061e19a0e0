import { randomUUID } from 'node:crypto'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import pg from 'pg'
import { brokenInvariants } from '../invariants.ts'
import * as operations from '../journey/operations.ts'
import { PublicClient, until } from '../public-client.ts'
import { freshStack } from '../stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await freshStack('e2e-never-ridden', { fleet: 8 })
  // The same rules as ever, with little time in them.
  const owner = new pg.Client({ connectionString: stack.databaseUrl('owner') })
  await owner.connect()
  await owner.query('update booking.policy set hold_seconds = 4, start_seconds = 3')
  await owner.end()
}, 120_000)
afterAll(async () => stack?.stop())

const near = { latitude: 50.1113, longitude: 8.675 }

async function held() {
  const customer = new PublicClient(stack.endpoint, await stack.token({ role: 'customer', sub: randomUUID() }))
  const { vehiclesNear } = await customer.request<{ vehiclesNear: { vehicles: { vehicle: { id: string } }[] } }>(
    operations.find,
    { near, radiusMeters: 3_000 },
  )
  const vehicleId = vehiclesNear.vehicles[0]?.vehicle.id
  const { createBooking } = await customer.request<{ createBooking: { booking: { id: string } } }>(operations.hold, {
    requestId: randomUUID(),
    vehicleId,
  })
  return { customer, vehicleId, bookingId: createBooking.booking.id }
}

const states = (customer: PublicClient, bookingId: string) =>
  customer.subscribe<{ bookingStatus: { state: string } | null }>(operations.watchBooking, { bookingId })

const onTheMap = async (vehicleId: string | undefined) => {
  const { vehicle } = await new PublicClient(stack.endpoint).request<{ vehicle: { state: string } | null }>(
    `query ($id: ID!) { vehicle(id: $id) { state } }`,
    {
      id: vehicleId,
    },
  )
  return vehicle?.state
}

const pay = (customer: PublicClient, bookingId: string) =>
  customer.request<{ authorizePayment: { __typename: string } }>(operations.pay, {
    requestId: randomUUID(),
    bookingId,
    paymentMethodId: 'pm_card_visa',
  })

const eventually = async <T>(read: () => Promise<T>, wanted: T, ms = 10_000) => {
  const deadline = Date.now() + ms
  for (let value = await read(); ; value = await read()) {
    if (value === wanted || Date.now() > deadline) return expect(value).toBe(wanted)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const paymentState = async (customer: PublicClient, bookingId: string) => {
  const { booking } = await customer.request<{ booking: { payment: { state: string } | null } }>(operations.booking, {
    bookingId,
  })
  return booking.payment?.state
}

it('ends a hold that nobody pays for, and its customer sees it', async () => {
  const { customer, vehicleId, bookingId } = await held()
  await eventually(() => onTheMap(vehicleId), undefined)
  const { bookingStatus } = await until(
    states(customer, bookingId),
    15_000,
    'the end of the hold',
    ({ bookingStatus }) => bookingStatus?.state !== 'HELD',
  )
  expect(bookingStatus?.state).toBe('EXPIRED')
  await eventually(() => onTheMap(vehicleId), 'AVAILABLE')
  await customer.close()
}, 60_000)

it('releases a paid booking that nobody starts, with the money', async () => {
  const { customer, vehicleId, bookingId } = await held()
  expect((await pay(customer, bookingId)).authorizePayment.__typename).toBe('AuthorizePaymentSuccess')
  const { bookingStatus } = await until(
    states(customer, bookingId),
    15_000,
    'the end of the wait',
    ({ bookingStatus }) => bookingStatus?.state !== 'CONFIRMED',
  )
  expect(bookingStatus?.state).toBe('EXPIRED')
  await eventually(() => paymentState(customer, bookingId), 'VOIDED')
  await eventually(() => onTheMap(vehicleId), 'AVAILABLE')
  await customer.close()
}, 60_000)

it('cancels before and after paying, twice with the same answer, and voids the authorisation', async () => {
  for (const paid of [false, true]) {
    const { customer, vehicleId, bookingId } = await held()
    if (paid) await pay(customer, bookingId)
    const cancel = () =>
      customer.request<{ cancelBooking: { booking: { state: string; cancelReason: string } } }>(
        `mutation ($bookingId: ID!) { cancelBooking(input: { bookingId: $bookingId }) { ... on CancelBookingSuccess { booking { state cancelReason } } ... on Problem { message } } }`,
        { bookingId },
      )
    const first = await cancel()
    expect(first.cancelBooking.booking).toEqual({ state: 'CANCELLED', cancelReason: 'CUSTOMER' })
    expect(await cancel()).toEqual(first)
    if (paid) await eventually(() => paymentState(customer, bookingId), 'VOIDED')
    await eventually(() => onTheMap(vehicleId), 'AVAILABLE')
    await customer.close()
  }
  expect(await brokenInvariants(stack)).toEqual([])
}, 60_000)
