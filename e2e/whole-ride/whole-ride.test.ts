import { randomUUID } from 'node:crypto'
import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { brokenInvariants } from '../invariants.ts'
import * as operations from '../journey/operations.ts'
import { ride } from '../journey/ride.ts'
import { LiveMap } from '../live-map.ts'
import { PublicClient } from '../public-client.ts'
import { freshStack } from '../stack.ts'

const near = { latitude: 50.1113, longitude: 8.675 }
const centre = { south: 50.1, west: 8.65, north: 50.12, east: 8.69 }

describe('one ride, from the search to the receipt, while others watch', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await freshStack('e2e-whole-ride', { fleet: 12 })
  }, 120_000)
  afterAll(async () => stack?.stop())

  it('goes from AVAILABLE to a receipt, off and back on the map, under a new name', async () => {
    const customerId = randomUUID()
    const customer = new PublicClient(stack.endpoint, await stack.token({ role: 'customer', sub: customerId }))
    const onlooker = new PublicClient(stack.endpoint, await stack.token({ role: 'customer', sub: randomUUID() }))
    const operator = new PublicClient(stack.endpoint, await stack.token({ role: 'operator', sub: randomUUID() }))
    const others = new LiveMap(onlooker, centre)
    const own = new LiveMap(customer, centre)
    const all = new LiveMap(operator, centre)
    try {
      await Promise.all(
        [others, own, all].map((view) => view.waitUntil('the snapshot', ({ shown }) => shown.size >= 10)),
      )
      const before = new Set(others.shown.keys())

      const done = await ride(customer, near)

      const used = [...before].filter((id) => others.removed.has(id))
      expect(used).toHaveLength(1)
      const [vehicleId = ''] = used
      // Its customer and operators saw it move; nobody else saw it at all while it was away.
      expect(own.moves.get(vehicleId) ?? 0).toBeGreaterThan(0)
      expect(all.moves.get(vehicleId) ?? 0).toBeGreaterThan(0)
      expect(others.shownAfterRemoval.has(vehicleId)).toBe(false)

      await others.waitUntil('the vehicle to come back', ({ shown }) => shown.size === before.size)
      const [back] = [...others.shown.keys()].filter((id) => !before.has(id))
      expect(back).toBeDefined()
      expect(back).not.toBe(vehicleId)
      // The old name means nothing to anybody any more.
      expect(await onlooker.request(`query ($id: ID!) { vehicle(id: $id) { id } }`, { id: vehicleId })).toEqual({
        vehicle: null,
      })

      const { booking } = await customer.request<{
        booking: {
          state: string
          fare: {
            total: { amountMinor: number }
            lines: { kind: string; quantity: number; total: { amountMinor: number } }[]
          }
          receipt: { gross: { amountMinor: number }; net: { amountMinor: number }; vat: { amountMinor: number } }
          items: { vehicle: unknown }[]
          trip: { distanceMeters: number; startedAt: string; endedAt: string }
        }
      }>(operations.booking, { bookingId: done.bookingId })
      const { fare, receipt, trip } = booking
      const minutes = Math.ceil((Date.parse(trip.endedAt) - Date.parse(trip.startedAt)) / 60_000)
      expect(fare.lines.find(({ kind }) => kind === 'MINUTES')?.quantity).toBe(minutes)
      expect(fare.lines.reduce((sum, { total }) => sum + total.amountMinor, 0)).toBe(fare.total.amountMinor)
      expect(receipt.net.amountMinor + receipt.vat.amountMinor).toBe(receipt.gross.amountMinor)
      expect(receipt.vat.amountMinor).toBe(Math.round((receipt.gross.amountMinor * 19) / 119))
      expect(trip.distanceMeters).toBeGreaterThan(20)
      // A past ride does not tell where its vehicle is now.
      expect(booking.items).toEqual([{ vehicle: null }])

      expect(await brokenInvariants(stack)).toEqual([])
    } finally {
      await Promise.all([customer, onlooker, operator].map((client) => client.close()))
    }
  }, 180_000)

  it('answers a search with prices from another subgraph, and refuses coordinates that are none', async () => {
    const anyone = new PublicClient(stack.endpoint)
    const { vehiclesNear } = await anyone.request<{
      vehiclesNear: {
        vehicles: { distanceMeters: number; vehicle: { price: { authorisation: { amountMinor: number } } } }[]
      }
    }>(operations.find, { near, radiusMeters: 2_000 })
    const distances = vehiclesNear.vehicles.map(({ distanceMeters }) => distanceMeters)
    expect(distances.length).toBeGreaterThan(5)
    expect(distances).toEqual(distances.toSorted((a, b) => a - b))
    for (const { vehicle } of vehiclesNear.vehicles) expect(vehicle.price.authorisation.amountMinor).toBeGreaterThan(0)

    const refused = await anyone.request<{ vehiclesNear: { message: string } }>(operations.find, {
      near: { latitude: 91, longitude: -200 },
      radiusMeters: -5,
    })
    for (const fault of ['latitude', 'longitude', 'radius'])
      expect(refused.vehiclesNear.message.toLowerCase()).toContain(fault)
  })
})
