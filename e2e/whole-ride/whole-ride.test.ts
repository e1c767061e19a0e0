import type { Stack } from '@holdfast/dev'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { cityCentre } from '../hold-vehicle.ts'
import { brokenInvariants } from '../invariants/whole-system.ts'
import * as operations from '../journey/operations.ts'
import { ride } from '../journey/ride.ts'
import { LiveMap } from '../live-map.ts'
import { newClient, PublicClient } from '../public-client.ts'
import { freshStack } from '../stack.ts'

const centreBox = { south: 50.1, west: 8.65, north: 50.12, east: 8.69 }

describe('one ride, from the search to the receipt', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await freshStack('e2e-whole-ride', { fleet: 12 })
  }, 120_000)
  afterAll(async () => stack?.stop())

  it('ends with a receipt; on other maps the vehicle disappears and returns with a new id', async () => {
    const customer = await newClient(stack, 'customer')
    const otherCustomer = await newClient(stack, 'customer')
    const operator = await newClient(stack, 'operator')
    const otherMap = new LiveMap(otherCustomer, centreBox)
    const customerMap = new LiveMap(customer, centreBox)
    const operatorMap = new LiveMap(operator, centreBox)
    try {
      await Promise.all(
        [otherMap, customerMap, operatorMap].map((map) =>
          map.waitUntil('the snapshot', ({ shown }) => shown.size >= 10),
        ),
      )
      const before = new Set(otherMap.shown.keys())

      const { bookingId } = await ride(customer, cityCentre)

      const removedIds = [...before].filter((id) => otherMap.removedIds.has(id))
      expect(removedIds).toHaveLength(1)
      const [vehicleId = ''] = removedIds
      // The customer and the operator saw the vehicle move. The other customer did not see it during the ride.
      expect(customerMap.moves.get(vehicleId) ?? 0).toBeGreaterThan(0)
      expect(operatorMap.moves.get(vehicleId) ?? 0).toBeGreaterThan(0)
      expect(otherMap.shownAfterRemoval.has(vehicleId)).toBe(false)

      await otherMap.waitUntil('the vehicle again', ({ shown }) => shown.size === before.size)
      const [newId] = [...otherMap.shown.keys()].filter((id) => !before.has(id))
      expect(newId).toBeDefined()
      expect(newId).not.toBe(vehicleId)
      // The old id no longer identifies a vehicle.
      expect(await otherCustomer.request(`query ($id: ID!) { vehicle(id: $id) { id } }`, { id: vehicleId })).toEqual({
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
      }>(operations.booking, { bookingId })
      const { fare, receipt, trip } = booking
      const minutes = Math.ceil((Date.parse(trip.endedAt) - Date.parse(trip.startedAt)) / 60_000)
      expect(fare.lines.find(({ kind }) => kind === 'MINUTES')?.quantity).toBe(minutes)
      expect(fare.lines.reduce((sum, { total }) => sum + total.amountMinor, 0)).toBe(fare.total.amountMinor)
      expect(receipt.net.amountMinor + receipt.vat.amountMinor).toBe(receipt.gross.amountMinor)
      expect(receipt.vat.amountMinor).toBe(Math.round((receipt.gross.amountMinor * 19) / 119))
      expect(trip.distanceMeters).toBeGreaterThan(20)
      // A past booking does not show where its vehicle is now.
      expect(booking.items).toEqual([{ vehicle: null }])

      expect(await brokenInvariants(stack)).toEqual([])
    } finally {
      await Promise.all([customer, otherCustomer, operator].map((client) => client.close()))
    }
  }, 180_000)

  it('gives a search prices from another subgraph, and refuses invalid coordinates', async () => {
    const anonymous = new PublicClient(stack.endpoint)
    const { vehiclesNear } = await anonymous.request<{
      vehiclesNear: {
        vehicles: { distanceMeters: number; vehicle: { price: { authorisation: { amountMinor: number } } } }[]
      }
    }>(operations.find, { near: cityCentre, radiusMeters: 2_000 })
    const distances = vehiclesNear.vehicles.map(({ distanceMeters }) => distanceMeters)
    expect(distances.length).toBeGreaterThan(5)
    expect(distances).toEqual(distances.toSorted((a, b) => a - b))
    for (const { vehicle } of vehiclesNear.vehicles) expect(vehicle.price.authorisation.amountMinor).toBeGreaterThan(0)

    const refused = await anonymous.request<{ vehiclesNear: { message: string } }>(operations.find, {
      near: { latitude: 91, longitude: -200 },
      radiusMeters: -5,
    })
    for (const argument of ['latitude', 'longitude', 'radius'])
      expect(refused.vehiclesNear.message.toLowerCase()).toContain(argument)
  })
})
