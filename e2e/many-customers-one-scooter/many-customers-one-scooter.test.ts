import { randomUUID } from 'node:crypto'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { brokenInvariants } from '../invariants.ts'
import * as operations from '../journey/operations.ts'
import { PublicClient } from '../public-client.ts'
import { freshStack } from '../stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await freshStack('e2e-many-customers', { fleet: 8 })
}, 120_000)
afterAll(async () => stack?.stop())

interface Held {
  createBooking: { __typename: string; booking?: { id: string }; alternatives?: { id: string }[] }
}

it('gives one scooter to one of twenty who tap at once, and shows the others where else to go', async () => {
  const { vehiclesNear } = await new PublicClient(stack.endpoint).request<{
    vehiclesNear: { vehicles: { vehicle: { id: string } }[] }
  }>(operations.find, { near: { latitude: 50.1113, longitude: 8.675 }, radiusMeters: 3_000 })
  const vehicleId = vehiclesNear.vehicles[0]?.vehicle.id
  const customers = await Promise.all(
    Array.from(
      { length: 20 },
      async () => new PublicClient(stack.endpoint, await stack.token({ role: 'customer', sub: randomUUID() })),
    ),
  )
  const requests = customers.map(() => ({ requestId: randomUUID(), vehicleId }))
  const ask = () =>
    Promise.all(customers.map((customer, index) => customer.request<Held>(operations.hold, requests[index])))

  const answers = await ask()
  const winners = answers.filter(({ createBooking }) => createBooking.booking)
  expect(winners).toHaveLength(1)
  const losers = answers.filter(({ createBooking }) => createBooking.__typename === 'AlreadyTaken')
  expect(losers).toHaveLength(19)
  for (const { createBooking } of losers) {
    expect(createBooking.alternatives?.length).toBeGreaterThan(0)
    expect(createBooking.alternatives?.map(({ id }) => id)).not.toContain(vehicleId)
  }

  // Everybody's phone repeats the request it had no answer to: nothing changes.
  const again = await ask()
  expect(again.map(({ createBooking }) => createBooking.booking?.id)).toEqual(
    answers.map(({ createBooking }) => createBooking.booking?.id),
  )
  expect(await brokenInvariants(stack)).toEqual([])
})
