import { randomUUID } from 'node:crypto'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import pg from 'pg'
import { PublicClient, until } from '../client.ts'
import { brokenInvariants } from '../invariants.ts'
import * as operations from '../journey/operations.ts'
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
  const rider = new PublicClient(stack.endpoint, await stack.token({ role: 'rider', sub: randomUUID() }))
  const { vehiclesNear } = await rider.ask<{ vehiclesNear: { vehicles: { vehicle: { id: string } }[] } }>(
    operations.find,
    { near, radiusMeters: 3_000 },
  )
  const vehicleId = vehiclesNear.vehicles[0]?.vehicle.id
  const { createBooking } = await rider.ask<{ createBooking: { booking: { id: string } } }>(operations.hold, {
    requestId: randomUUID(),
    vehicleId,
  })
  return { rider, vehicleId, bookingId: createBooking.booking.id }
}

const states = (rider: PublicClient, bookingId: string) =>
  rider.subscribe<{ bookingStatus: { state: string } | null }>(operations.watchBooking, { bookingId })

const onTheMap = async (vehicleId: string | undefined) => {
  const { vehicle } = await new PublicClient(stack.endpoint).ask<{ vehicle: { state: string } | null }>(
    `query ($id: ID!) { vehicle(id: $id) { state } }`,
    {
      id: vehicleId,
    },
  )
  return vehicle?.state
}

const pay = (rider: PublicClient, bookingId: string) =>
  rider.ask<{ authorizePayment: { __typename: string } }>(operations.pay, {
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

const paymentState = async (rider: PublicClient, bookingId: string) => {
  const { booking } = await rider.ask<{ booking: { payment: { state: string } | null } }>(operations.booking, {
    bookingId,
  })
  return booking.payment?.state
}

it('ends a hold that nobody pays for, and its rider sees it', async () => {
  const { rider, vehicleId, bookingId } = await held()
  await eventually(() => onTheMap(vehicleId), undefined)
  const { bookingStatus } = await until(
    states(rider, bookingId),
    15_000,
    'the end of the hold',
    ({ bookingStatus }) => bookingStatus?.state !== 'HELD',
  )
  expect(bookingStatus?.state).toBe('EXPIRED')
  await eventually(() => onTheMap(vehicleId), 'AVAILABLE')
  await rider.close()
}, 60_000)

it('releases a paid booking that nobody starts, with the money', async () => {
  const { rider, vehicleId, bookingId } = await held()
  expect((await pay(rider, bookingId)).authorizePayment.__typename).toBe('AuthorizePaymentSuccess')
  const { bookingStatus } = await until(
    states(rider, bookingId),
    15_000,
    'the end of the wait',
    ({ bookingStatus }) => bookingStatus?.state !== 'CONFIRMED',
  )
  expect(bookingStatus?.state).toBe('EXPIRED')
  await eventually(() => paymentState(rider, bookingId), 'VOIDED')
  await eventually(() => onTheMap(vehicleId), 'AVAILABLE')
  await rider.close()
}, 60_000)

it('cancels before and after paying, twice with the same answer, and voids the authorisation', async () => {
  for (const paid of [false, true]) {
    const { rider, vehicleId, bookingId } = await held()
    if (paid) await pay(rider, bookingId)
    const cancel = () =>
      rider.ask<{ cancelBooking: { booking: { state: string; cancelReason: string } } }>(
        `mutation ($bookingId: ID!) { cancelBooking(input: { bookingId: $bookingId }) { ... on CancelBookingSuccess { booking { state cancelReason } } ... on Problem { message } } }`,
        { bookingId },
      )
    const first = await cancel()
    expect(first.cancelBooking.booking).toEqual({ state: 'CANCELLED', cancelReason: 'RIDER' })
    expect(await cancel()).toEqual(first)
    if (paid) await eventually(() => paymentState(rider, bookingId), 'VOIDED')
    await eventually(() => onTheMap(vehicleId), 'AVAILABLE')
    await rider.close()
  }
  expect(await brokenInvariants(stack)).toEqual([])
}, 60_000)
