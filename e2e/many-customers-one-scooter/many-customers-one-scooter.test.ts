import { randomUUID } from 'node:crypto'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { nearestVehicleId } from '../hold-vehicle.ts'
import { brokenInvariants } from '../invariants/whole-system.ts'
import * as operations from '../journey/operations.ts'
import { newClient, PublicClient } from '../public-client.ts'
import { freshStack } from '../stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await freshStack('e2e-many-customers', { fleet: 8 })
}, 120_000)
afterAll(async () => stack?.stop())

interface HoldResult {
  createBooking: { __typename: string; booking?: { id: string }; alternatives?: { id: string }[] }
}

it('gives a scooter to one of twenty customers who tap at once, and offers the others alternatives', async () => {
  const vehicleId = await nearestVehicleId(new PublicClient(stack.endpoint))
  const customers = await Promise.all(Array.from({ length: 20 }, () => newClient(stack, 'customer')))
  const requests = customers.map(() => ({ requestId: randomUUID(), vehicleId }))
  const sendAll = () =>
    Promise.all(customers.map((customer, index) => customer.request<HoldResult>(operations.hold, requests[index])))

  const results = await sendAll()
  const winners = results.filter(({ createBooking }) => createBooking.booking)
  expect(winners).toHaveLength(1)
  const losers = results.filter(({ createBooking }) => createBooking.__typename === 'AlreadyTaken')
  expect(losers).toHaveLength(19)
  for (const { createBooking } of losers) {
    expect(createBooking.alternatives?.length).toBeGreaterThan(0)
    expect(createBooking.alternatives?.map(({ id }) => id)).not.toContain(vehicleId)
  }

  // Every phone repeats its request, as it does after a lost response. Nothing changes.
  const repeated = await sendAll()
  expect(repeated.map(({ createBooking }) => createBooking.booking?.id)).toEqual(
    results.map(({ createBooking }) => createBooking.booking?.id),
  )
  expect(await brokenInvariants(stack)).toEqual([])
})
