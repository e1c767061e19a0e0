import { randomUUID } from 'node:crypto'
import * as operations from './journey/operations.ts'
import type { PublicClient } from './public-client.ts'

export const cityCentre = { latitude: 50.1113, longitude: 8.675 }

/** The id of the free vehicle that is nearest to the city centre. */
export async function nearestVehicleId(client: PublicClient): Promise<string> {
  const { vehiclesNear } = await client.request<{ vehiclesNear: { vehicles: { vehicle: { id: string } }[] } }>(
    operations.find,
    { near: cityCentre, radiusMeters: 3_000 },
  )
  const [nearest] = vehiclesNear.vehicles
  if (!nearest) throw new Error('no free vehicle near the city centre')
  return nearest.vehicle.id
}

export async function holdNearestVehicle(
  customer: PublicClient,
): Promise<{ readonly vehicleId: string; readonly bookingId: string }> {
  const vehicleId = await nearestVehicleId(customer)
  const { createBooking } = await customer.request<{ createBooking: { booking: { id: string } } }>(operations.hold, {
    requestId: randomUUID(),
    vehicleId,
  })
  return { vehicleId, bookingId: createBooking.booking.id }
}
