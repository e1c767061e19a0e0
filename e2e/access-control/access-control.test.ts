import { randomUUID } from 'node:crypto'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { holdNearestVehicle } from '../hold-vehicle.ts'
import * as operations from '../journey/operations.ts'
import { newClient, PublicClient } from '../public-client.ts'
import { freshStack } from '../stack.ts'

let stack: Stack
let customer: PublicClient
let otherCustomer: PublicClient
let bookingId: string
let vehicleId: string
beforeAll(async () => {
  stack = await freshStack('e2e-access-control', { fleet: 4 })
  customer = await newClient(stack, 'customer')
  otherCustomer = await newClient(stack, 'customer')
  const held = await holdNearestVehicle(customer)
  bookingId = held.bookingId
  vehicleId = held.vehicleId
  await customer.request(operations.pay, { requestId: randomUUID(), bookingId, paymentMethodId: 'pm_card_visa' })
}, 120_000)
afterAll(async () => {
  await Promise.all([customer, otherCustomer].map((client) => client?.close()))
  await stack?.stop()
})

const requestId = randomUUID()

it('hides a booking from other customers in every query, mutation and subscription', async () => {
  expect(await otherCustomer.request(operations.booking, { bookingId })).toEqual({ booking: null })
  for (const [name, mutation] of Object.entries({
    extendHold: 'extendHold(input: { requestId: $requestId, bookingId: $bookingId })',
    cancelBooking: 'cancelBooking(input: { bookingId: $bookingId })',
    authorizePayment:
      'authorizePayment(input: { requestId: $requestId, bookingId: $bookingId, paymentMethodId: "pm_card_visa" })',
    unlockVehicle: 'unlockVehicle(input: { requestId: $requestId, bookingId: $bookingId })',
    endTrip: 'endTrip(input: { requestId: $requestId, bookingId: $bookingId })',
  })) {
    const parameters = mutation.includes('$requestId') ? '$requestId: ID!, $bookingId: ID!' : '$bookingId: ID!'
    const result = await otherCustomer.request<Record<string, { __typename: string }>>(
      `mutation (${parameters}) { ${mutation} { __typename } }`,
      { requestId, bookingId },
    )
    expect([name, result[name]?.__typename]).toEqual([name, 'BookingNotFound'])
  }
  const firstResult = async (operation: string) => {
    for await (const result of otherCustomer.subscribe<Record<string, unknown>>(operation, { bookingId }))
      return Object.values(result)[0]
    return 'ended'
  }
  expect(await firstResult(operations.watchBooking)).toBeNull()
  expect(await firstResult(operations.watchUnlock)).toBeNull()
  expect(await customer.request<{ booking: { state: string } }>(operations.booking, { bookingId })).toMatchObject({
    booking: { state: 'CONFIRMED' },
  })
}, 30_000)

it('shows the held vehicle only to its customer', async () => {
  const vehicleSeenBy = (client: PublicClient) =>
    client.request<{ vehicle: unknown }>(`query ($id: ID!) { vehicle(id: $id) { id } }`, { id: vehicleId })
  expect(await vehicleSeenBy(otherCustomer)).toEqual({ vehicle: null })
  expect(await vehicleSeenBy(new PublicClient(stack.endpoint))).toEqual({ vehicle: null })
  expect(await vehicleSeenBy(customer)).toEqual({ vehicle: { id: vehicleId } })
})

it('requires a token where an operation needs one, and accepts only valid tokens', async () => {
  const hold = { requestId: randomUUID(), vehicleId }
  await expect(new PublicClient(stack.endpoint).requestOnce(operations.hold, hold)).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  })
  const token = await stack.token({ role: 'customer', sub: randomUUID() })
  const [head, , signature] = token.split('.')
  const forged = Buffer.from(
    JSON.stringify({ sub: randomUUID(), role: 'operator', aud: 'holdfast', exp: 9_999_999_999 }),
  ).toString('base64url')
  await expect(
    new PublicClient(stack.endpoint, `${head}.${forged}.${signature}`).requestOnce(operations.find, {}),
  ).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  })
  const operator = await newClient(stack, 'operator')
  await expect(operator.requestOnce(operations.hold, hold)).rejects.toMatchObject({ code: 'FORBIDDEN' })
})
