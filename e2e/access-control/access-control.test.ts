import { randomUUID } from 'node:crypto'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import * as operations from '../journey/operations.ts'
import { PublicClient } from '../public-client.ts'
import { freshStack } from '../stack.ts'

let stack: Stack
let owner: PublicClient
let stranger: PublicClient
let bookingId: string
let vehicleId: string
beforeAll(async () => {
  stack = await freshStack('e2e-strangers', { fleet: 4 })
  owner = new PublicClient(stack.endpoint, await stack.token({ role: 'customer', sub: randomUUID() }))
  stranger = new PublicClient(stack.endpoint, await stack.token({ role: 'customer', sub: randomUUID() }))
  const { vehiclesNear } = await owner.request<{ vehiclesNear: { vehicles: { vehicle: { id: string } }[] } }>(
    operations.find,
    {
      near: { latitude: 50.1113, longitude: 8.675 },
      radiusMeters: 3_000,
    },
  )
  vehicleId = vehiclesNear.vehicles[0]?.vehicle.id ?? ''
  const { createBooking } = await owner.request<{ createBooking: { booking: { id: string } } }>(operations.hold, {
    requestId: randomUUID(),
    vehicleId,
  })
  bookingId = createBooking.booking.id
  await owner.request(operations.pay, { requestId: randomUUID(), bookingId, paymentMethodId: 'pm_card_visa' })
}, 120_000)
afterAll(async () => {
  await Promise.all([owner, stranger].map((client) => client?.close()))
  await stack?.stop()
})

const requestId = randomUUID()

it("has no booking of another customer's, by any door", async () => {
  expect(await stranger.request(operations.booking, { bookingId })).toEqual({ booking: null })
  for (const [name, mutation] of Object.entries({
    extendHold: 'extendHold(input: { requestId: $requestId, bookingId: $bookingId })',
    cancelBooking: 'cancelBooking(input: { bookingId: $bookingId })',
    authorizePayment:
      'authorizePayment(input: { requestId: $requestId, bookingId: $bookingId, paymentMethodId: "pm_card_visa" })',
    unlockVehicle: 'unlockVehicle(input: { requestId: $requestId, bookingId: $bookingId })',
    endTrip: 'endTrip(input: { requestId: $requestId, bookingId: $bookingId })',
  })) {
    const uses = mutation.includes('$requestId') ? '$requestId: ID!, $bookingId: ID!' : '$bookingId: ID!'
    const answer = await stranger.request<Record<string, { __typename: string }>>(
      `mutation (${uses}) { ${mutation} { __typename } }`,
      { requestId, bookingId },
    )
    expect([name, answer[name]?.__typename]).toEqual([name, 'BookingNotFound'])
  }
  const first = async (operation: string) => {
    for await (const result of stranger.subscribe<Record<string, unknown>>(operation, { bookingId }))
      return Object.values(result)[0]
    return 'ended'
  }
  expect(await first(operations.watchBooking)).toBeNull()
  expect(await first(operations.watchUnlock)).toBeNull()
  expect(await owner.request<{ booking: { state: string } }>(operations.booking, { bookingId })).toMatchObject({
    booking: { state: 'CONFIRMED' },
  })
}, 30_000)

it('shows the held vehicle to its customer and nobody else', async () => {
  const look = (client: PublicClient) =>
    client.request<{ vehicle: unknown }>(`query ($id: ID!) { vehicle(id: $id) { id } }`, { id: vehicleId })
  expect(await look(stranger)).toEqual({ vehicle: null })
  expect(await look(new PublicClient(stack.endpoint))).toEqual({ vehicle: null })
  expect(await look(owner)).toEqual({ vehicle: { id: vehicleId } })
})

it('asks for a token where one is needed, and takes only a good one', async () => {
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
  const operator = new PublicClient(stack.endpoint, await stack.token({ role: 'operator', sub: randomUUID() }))
  await expect(operator.requestOnce(operations.hold, hold)).rejects.toMatchObject({ code: 'FORBIDDEN' })
})
