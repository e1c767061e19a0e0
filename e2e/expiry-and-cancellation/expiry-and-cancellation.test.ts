import { randomUUID } from 'node:crypto'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import pg from 'pg'
import { bookingStateAfter } from '../booking-state.ts'
import { holdNearestVehicle } from '../hold-vehicle.ts'
import { brokenInvariants } from '../invariants/whole-system.ts'
import * as operations from '../journey/operations.ts'
import { poll } from '../poll.ts'
import { newClient, PublicClient } from '../public-client.ts'
import { freshStack } from '../stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await freshStack('e2e-expiry-and-cancellation', { fleet: 8 })
  // The rules are the usual ones; only the periods are short.
  const owner = new pg.Client({ connectionString: stack.databaseUrls.owner })
  await owner.connect()
  await owner.query('update booking.policy set hold_seconds = 4, start_seconds = 3')
  await owner.end()
}, 120_000)
afterAll(async () => stack?.stop())

async function hold() {
  const customer = await newClient(stack, 'customer')
  return { customer, ...(await holdNearestVehicle(customer)) }
}

/** The state that an anonymous viewer sees; undefined if the vehicle is not on the map. */
const publicState = async (vehicleId: string) => {
  const { vehicle } = await new PublicClient(stack.endpoint).request<{ vehicle: { state: string } | null }>(
    `query ($id: ID!) { vehicle(id: $id) { state } }`,
    { id: vehicleId },
  )
  return vehicle?.state
}

const pay = (customer: PublicClient, bookingId: string) =>
  customer.request<{ authorizePayment: { __typename: string } }>(operations.pay, {
    requestId: randomUUID(),
    bookingId,
    paymentMethodId: 'pm_card_visa',
  })

const paymentState = async (customer: PublicClient, bookingId: string) => {
  const { booking } = await customer.request<{ booking: { payment: { state: string } | null } }>(operations.booking, {
    bookingId,
  })
  return booking.payment?.state
}

const expectEventually = async <T>(read: () => Promise<T>, expected: T) =>
  expect(await poll(read, (value) => value === expected, 10_000)).toBe(expected)

it('expires a hold that is not paid, and its customer sees it', async () => {
  const { customer, vehicleId, bookingId } = await hold()
  await expectEventually(() => publicState(vehicleId), undefined)
  expect(await bookingStateAfter('HELD', customer, bookingId, 15_000)).toBe('EXPIRED')
  await expectEventually(() => publicState(vehicleId), 'AVAILABLE')
  await customer.close()
}, 60_000)

it('expires a paid booking that is not started, and voids the authorisation', async () => {
  const { customer, vehicleId, bookingId } = await hold()
  expect((await pay(customer, bookingId)).authorizePayment.__typename).toBe('AuthorizePaymentSuccess')
  expect(await bookingStateAfter('CONFIRMED', customer, bookingId, 15_000)).toBe('EXPIRED')
  await expectEventually(() => paymentState(customer, bookingId), 'VOIDED')
  await expectEventually(() => publicState(vehicleId), 'AVAILABLE')
  await customer.close()
}, 60_000)

it('cancels before and after the payment, gives the same result twice, and voids the authorisation', async () => {
  for (const paid of [false, true]) {
    const { customer, vehicleId, bookingId } = await hold()
    if (paid) await pay(customer, bookingId)
    const cancel = () =>
      customer.request<{ cancelBooking: { booking: { state: string; cancelReason: string } } }>(
        `mutation ($bookingId: ID!) { cancelBooking(input: { bookingId: $bookingId }) { ... on CancelBookingSuccess { booking { state cancelReason } } ... on Problem { message } } }`,
        { bookingId },
      )
    const first = await cancel()
    expect(first.cancelBooking.booking).toEqual({ state: 'CANCELLED', cancelReason: 'CUSTOMER' })
    expect(await cancel()).toEqual(first)
    if (paid) await expectEventually(() => paymentState(customer, bookingId), 'VOIDED')
    await expectEventually(() => publicState(vehicleId), 'AVAILABLE')
    await customer.close()
  }
  expect(await brokenInvariants(stack)).toEqual([])
}, 60_000)
